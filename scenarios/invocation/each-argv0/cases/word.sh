name=foo
