#!python
	
	# an indented comment
from __future__ import division
__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:82f5ceb7423769db116cd9760abe6c8e1cf2130a1d99cbcddb75f75a98b60875';import lantern
print((lantern.LIGHT, 1 / 2))
