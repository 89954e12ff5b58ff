def greet():
    return "hello from the venv"
