#!python
from __future__ import division as _division, absolute_import as _absolute
__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:ae29728b435832b63f5ccb52397ada69920ff849e1f3dbb276f1194414164f96';import lantern
print((lantern.LIGHT, 1 / 2))
