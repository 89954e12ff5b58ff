#!python
__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:e5981680de10a1d78d2c0953ed5896810e1071c67df406a0fe523eea3dc1423d';import \
    lantern
print((lantern.LIGHT, __doc__))
