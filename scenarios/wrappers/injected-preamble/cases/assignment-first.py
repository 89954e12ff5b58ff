#!python
__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:b3e8cd864ee77008b9f8e47cc40e1b3b91d6f0ddfaefb23baba261ba366b5f20';TEXT = """
from __future__ import braces
import lantern_that_is_not_there
"""
import lantern
print((lantern.LIGHT, __doc__, len(TEXT)))
