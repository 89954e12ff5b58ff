NAME = "greeter"
