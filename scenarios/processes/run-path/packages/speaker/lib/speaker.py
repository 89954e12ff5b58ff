WORD = "good morning"
