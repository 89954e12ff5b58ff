#!python
from __future__ import division
__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:db313ceee3ef723a3d86adc7e3dc6a6a2e387f59227b9c89214ae8a478988cc5';import lantern
print((lantern.LIGHT, 1 / 2))
