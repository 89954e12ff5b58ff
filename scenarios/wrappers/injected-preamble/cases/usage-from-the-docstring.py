#!python
"""Usage: greet [--dim]"""
__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:0659ff185a04302f4ce16acc39aa6ea3187d12cbdb2e04cf027ad0120510b2b2';import sys
import lantern
print(__doc__)
print((lantern.LIGHT, sys.argv[1:]))
