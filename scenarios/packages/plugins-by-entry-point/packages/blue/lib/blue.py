def colour():
    return "as the sea"
