#!python
# coding: utf-8
"""Grüße."""
__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:49c29ff8d3b9e2d7fad4ef29cd64d558b261da68824cbcc8dca586070271b967';import lantern
print((lantern.LIGHT, len(u"Grüße"), __doc__ is None))
