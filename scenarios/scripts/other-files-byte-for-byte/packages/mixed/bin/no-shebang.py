import sys;import site
print('not started here')
