#!python
# -*- coding: utf-8 -*-
__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:013e3a623cab2635fd90d021b5efd31c64fd0f2632c8beac95965c8e94fa5e0e';import re
import sys
from lantern import LIGHT
if __name__ == "__main__":
    sys.argv[0] = re.sub(r"(-script\.pyw|\.exe)?$", "", sys.argv[0])
    print((LIGHT, sys.argv[1:], re.__name__))
    sys.exit(0)
