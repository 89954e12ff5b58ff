codespell --version
codespell --help
