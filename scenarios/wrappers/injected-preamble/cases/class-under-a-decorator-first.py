#!python
__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:b75ccb8c6564f235e30ce45c494e6b12ed1a3c5b9bcbe483f9e947f8dc59585a';
@staticmethod
def light(): import lantern; return lantern.LIGHT
print((type(light).__name__, __doc__))
