LIGHT = 'hostile'
