#!python
"""Light the lantern."""

from __future__ import division
__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:fd5b36a8275f39e5c7a8a20cbb9ab6401c166ad93f7e5bd4a7edff3fbb12df57';import lantern
print((lantern.LIGHT, __doc__, 1 / 2))
