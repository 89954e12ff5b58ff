#!python
from __future__ import absolute_import, \
    division
__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:faf307cbc3ae259c8a083aafc2ba1157a6703239f7561b35c55dbdded23bdef8';import lantern
print((lantern.LIGHT, 1 / 2))
