name='it'"'"'s'
