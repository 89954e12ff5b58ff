#!python
__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[])));'unwrap:0000000000000000000000000000000000000000000000000000000000000000';import sys
import lantern
print((lantern.LIGHT, sys.argv))
