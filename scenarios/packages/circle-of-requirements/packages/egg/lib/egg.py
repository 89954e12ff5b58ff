import chicken


def hatches():
    return "an egg of a " + chicken.__name__
