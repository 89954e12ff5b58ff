#!python
__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:e8d5ee854abf258b3c2d669da992b36763ec4513b45dfaa05ad9e2b761b348d1';import sys, os, lantern
print((lantern.LIGHT, os.sep, sys.argv[1:], __doc__))
