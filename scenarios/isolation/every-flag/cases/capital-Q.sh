flags='-Q warn'
