export LC_ALL=no_WHERE
