die() {
    echo "error: $*" >&2
    exit 1
}
