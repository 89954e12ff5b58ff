def greet():
    return "hello from the base"
