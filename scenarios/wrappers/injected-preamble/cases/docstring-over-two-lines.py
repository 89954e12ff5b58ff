#!python
"Light \
the lantern."
__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:91a9ddd795005df876e5b4d094b1b0e62b931e73284c540afbcd74e564d49735';import lantern
print((lantern.LIGHT, __doc__))
