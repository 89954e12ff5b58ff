#!pythonw
__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:a77972e02a644220802f34298b8bd1b1772b524e5ff6f4c428ced30b917ebde3';import lantern
print((lantern.LIGHT, __doc__))
