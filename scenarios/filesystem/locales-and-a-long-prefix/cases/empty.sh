export LC_ALL=
