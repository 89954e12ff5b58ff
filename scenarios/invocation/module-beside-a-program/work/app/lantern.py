LIGHT = "its own"
