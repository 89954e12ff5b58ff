NAME = "alpha's"
