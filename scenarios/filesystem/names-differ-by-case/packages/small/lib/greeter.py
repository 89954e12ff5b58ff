NAME = "greeter without"
