#!python
__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:9ef1cc73276074772e751434594ea9b8aafc7f1d76d34a22f9a65e5924bab0e7';
def light():
    """Not the program's docstring."""
    import lantern
    return lantern.LIGHT
print((light(), __doc__))
