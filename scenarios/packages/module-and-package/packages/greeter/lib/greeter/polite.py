def greet():
    return "good morning"
