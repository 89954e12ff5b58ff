#!python
"""Light the lantern."""

from __future__ import division
__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:49e412ff9540aa718b51d0c7c6299759509465083b1961cf0fe4d8f8625f5579';import lantern
print((lantern.LIGHT, __doc__, 1 / 2))
