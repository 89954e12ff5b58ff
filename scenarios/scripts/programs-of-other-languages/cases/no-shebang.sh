echo "the shell runs what the kernel refuses: $*"
