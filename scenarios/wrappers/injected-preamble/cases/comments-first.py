#!python
# Copyright: nobody.
#
# This file is in the public domain.

__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:380cf754788f18b5a6b5dcbbfafb35f32159088625323b0ebfa2a2417e9234e8';import lantern
print((lantern.LIGHT, __doc__))
