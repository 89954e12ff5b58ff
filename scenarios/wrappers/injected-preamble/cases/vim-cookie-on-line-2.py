#!python
# vim: set fileencoding=iso8859-15 :
"""Prices in €."""
__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:fb1c8b0cddadee133c9f7c21135fa27d20acb3a721e4174b8592c5f414f226e8';import lantern
print((lantern.LIGHT, ord(u"€"), len(__doc__)))
