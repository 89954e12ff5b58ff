flags='-u'
