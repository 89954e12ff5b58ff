#!python
# Part one.

from __future__ import division
__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:1f3c91af24e54d198e5dd817518f32a10a69f030363c61f30e0daa0c3d707f05';import lantern
print((lantern.LIGHT, 1 / 2))
