# Unbuffered, or what is written where a buffer ends lands in the middle of another line.
flags='-v -u'
# What is imported first depends on the build; which of it is ours does not.
filter() { grep -e facts -e 'ends with' | sed 's/0x[0-9a-f]*/ADDRESS/'; }
