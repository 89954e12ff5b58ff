NAME = "in the making"
