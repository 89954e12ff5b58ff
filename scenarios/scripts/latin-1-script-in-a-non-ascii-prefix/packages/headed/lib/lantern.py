LIGHT = "on"
