#!python
__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:4490f6234b5c5faa3181e1c2a80953227738731ba23803af9f00569db6d4088a';import lantern
import os
import sys
print((lantern.LIGHT, os.sep, sys.argv[1:]))
