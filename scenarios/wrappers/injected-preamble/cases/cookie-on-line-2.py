#!python
# -*- coding: latin-1 -*-
__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:0010e26b7839c48abfe05e8f2145a0e4b3af137604f95766c8e4c972d0bb39dc';import lantern
print((lantern.LIGHT, len(u"café"), ord(u"é")))
