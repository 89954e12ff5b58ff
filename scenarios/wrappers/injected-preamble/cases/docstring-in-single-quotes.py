#!python
'Light the lantern.'
__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:1fcf8024343bec1069d92c7ffd71e32896c0bd2b8acdb859ba935c3a7d663013';import lantern
print((lantern.LIGHT, __doc__))
