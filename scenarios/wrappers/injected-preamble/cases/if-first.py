#!python
__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:f7c10818a65f6342f95f83a7c719368d84799e3f3bfead3b472a95c24efcd370';
if True:
    import lantern
    print((lantern.LIGHT, __doc__))
