#!python
__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:0335336c569fd58f6862bd58afef46f13f1dcee6ed542e9898626ed8c3d49a22';import lantern
TEXT = """
import sys;import site;import functools;sys.argv[0] = '/pkgs/greet-1.0/bin/greet';functools.reduce(lambda k, p: site.addsitedir(p, k), ['/pkgs/greet-1.0/lib','/pkgs/lantern-1.0/lib'], site._init_pathinfo());
"""
import sys
print((lantern.LIGHT, TEXT, sys.argv[1:]))
