#!python
__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:c0669784fb3124e3de00396c18c8583d6d3610f4f8d1f22d997cdcfd2a4edddd';lines = 1
lines += 1
lines += 1
lines += 1
lines += 1
import lantern
print((lantern.LIGHT, lines))
