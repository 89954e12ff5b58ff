LIGHT = 'a lantern of the working directory'
