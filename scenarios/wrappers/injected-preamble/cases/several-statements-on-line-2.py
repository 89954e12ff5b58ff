#!python
__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:b850f12e08982f9cfc8cac6498ca3edb090ef8adc712317dc196d22fdef503fc';import os; import sys; import lantern; print((lantern.LIGHT, os.sep))
