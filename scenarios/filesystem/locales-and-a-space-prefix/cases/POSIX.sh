export LC_ALL=POSIX
