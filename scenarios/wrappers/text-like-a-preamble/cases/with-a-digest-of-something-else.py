#!python
__import__('sys').argv[0]='greet';list(map(__import__('site').addsitedir,[]));'unwrap:0000000000000000000000000000000000000000000000000000000000000000';
import sys
import lantern
print((lantern.LIGHT, sys.argv))
