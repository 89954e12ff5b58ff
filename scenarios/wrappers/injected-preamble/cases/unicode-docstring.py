#!python
U"""Light the lantern."""
from __future__ import division
__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:194d93f5fc57257f2f71f7d1abf8f627e930869693a8759ba7be3f728224811b';import lantern
print((lantern.LIGHT, __doc__ == u"Light the lantern.", 1 / 2))
