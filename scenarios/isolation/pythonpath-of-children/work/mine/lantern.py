LIGHT = "the user's"
