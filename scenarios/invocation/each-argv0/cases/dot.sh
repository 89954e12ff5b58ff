name=.
