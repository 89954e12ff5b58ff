#!python
from __future__ import (
    absolute_import,
    division,
)
__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:533acea82f03d6eeb95097f60701a76c26b5d11bce706427cb4cb960c2aba0d3';import lantern
print((lantern.LIGHT, 1 / 2))
