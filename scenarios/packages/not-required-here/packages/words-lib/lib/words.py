HELLO = "good morning"
