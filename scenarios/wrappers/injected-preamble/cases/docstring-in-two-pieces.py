#!python
"Light " "the lantern."; __import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:370f6bccd3ca35893cc9c41117a8f20be1a5e0fee6731fe7a2a7ef64a1f08e3a';import lantern
print((lantern.LIGHT, __doc__))
