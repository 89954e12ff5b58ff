#!python
"""Light the lantern."""; from __future__ import division; __import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:a37f55d902abeed90a54e9eebdde6f756102ac7ce6b4fc4ce9a1bf2488c7108f';import lantern
print((lantern.LIGHT, __doc__, 1 / 2))
