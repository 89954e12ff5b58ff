flags='-W no-such-action'
