LIGHT = 'the user\'s own'
