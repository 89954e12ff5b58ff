NAME = "Greeter with a capital"
