#!python
R"""Match \d lanterns."""
from __future__ import division
__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:370b9bcac3c2613877953b0cebfe6158b0836c6f92f4d8b6cced1c5f96ab58de';import lantern
print((lantern.LIGHT, __doc__, 1 / 2))
