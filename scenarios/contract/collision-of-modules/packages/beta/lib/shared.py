NAME = "beta's"
