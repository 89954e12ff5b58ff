alembic --version
alembic --help
