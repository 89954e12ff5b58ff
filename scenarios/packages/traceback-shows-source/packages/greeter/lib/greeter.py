def greet(whom):
    return "hello, " + whom.title()
