#!python
"""Light the lantern.

from __future__ import braces
"""
import sys;import site;import functools;sys.argv[0] = '/pkgs/greet-1.0/bin/greet';functools.reduce(lambda k, p: site.addsitedir(p, k), ['/pkgs/greet-1.0/lib','/pkgs/lantern-1.0/lib'], site._init_pathinfo());
import lantern
print((lantern.LIGHT, __doc__))
