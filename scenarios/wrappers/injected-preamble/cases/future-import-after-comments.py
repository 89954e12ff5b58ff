#!python
# A comment.

# And one more.
from __future__ import division  # and a third
__import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkgs/greet-1.0/bin/greet');list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),[b'/pkgs/greet-1.0/lib'])));'unwrap:adb7a780cf46972a9ec2985513a615b2fdd728091763b64073e64384cdd07da2';import lantern
print((lantern.LIGHT, 1 / 2))
