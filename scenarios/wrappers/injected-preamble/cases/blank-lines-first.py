#!python


__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:b8412508631f0c803d61c355e5e670815e00e84eb8df843d5f95c1b8f11e6bd8';import lantern
print((lantern.LIGHT, __doc__))
