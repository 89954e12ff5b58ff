run() { "$@" > /dev/full; }
