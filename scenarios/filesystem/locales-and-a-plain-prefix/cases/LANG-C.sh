export LC_ALL= LANG=C
