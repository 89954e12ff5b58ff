#!python
"""Light the lantern.

from __future__ import braces
"""
__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:7a987211770cefde3fc91cca38c6157195c3c2f77c626accb823997af79ff83a';import lantern
print((lantern.LIGHT, __doc__))
