typer --version
typer --help
