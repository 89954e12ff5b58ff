LIGHT = 'mine'
