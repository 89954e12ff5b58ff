def colour():
    return "as a poppy"
