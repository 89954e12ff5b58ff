#!python
"""Light the lantern."""
from __future__ import absolute_import

# Between them.
from __future__ import division; __import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:5da7999e3aaf3bf1e003e45268f78e485fc71a634823b911001f82bacd580ac3';import lantern
print((lantern.LIGHT, __doc__, 1 / 2))
