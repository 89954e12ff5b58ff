uvicorn --version
uvicorn --help
