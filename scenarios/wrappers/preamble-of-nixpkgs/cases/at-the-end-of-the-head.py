#!python
# -*- coding: utf-8 -*-
import sys;import site;import functools;sys.argv[0] = '/pkgs/greet-1.0/bin/greet';functools.reduce(lambda k, p: site.addsitedir(p, k), ['/pkgs/greet-1.0/lib','/pkgs/lantern-1.0/lib'], site._init_pathinfo());
import re
import sys
from lantern import LIGHT
if __name__ == "__main__":
    sys.argv[0] = re.sub(r"(-script\.pyw|\.exe)?$", "", sys.argv[0])
    print((LIGHT, sys.argv[1:], re.__name__))
    sys.exit(0)
