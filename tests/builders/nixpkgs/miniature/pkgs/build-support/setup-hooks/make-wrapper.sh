# makeWrapper PROGRAM WRAPPER [--set NAME VALUE | --prefix NAME SEPARATOR VALUE]...
makeWrapper() {
    local program=$1 wrapper=$2
    shift 2
    [ -x "$program" ] || die "$program is no program"
    echo "#!@shell@" > "$wrapper"
    while [ $# -gt 0 ]; do
        case $1 in
            --set) echo "export $2=${3@Q}" >> "$wrapper"; shift 3 ;;
            --prefix) echo "export $2=${4@Q}\${$2:+${3@Q}\$$2}" >> "$wrapper"; shift 4 ;;
            *) die "makeWrapper does not know $1" ;;
        esac
    done
    echo "exec ${program@Q} \"\$@\"" >> "$wrapper"
    chmod +x "$wrapper"
}

wrapProgram() {
    local hidden
    hidden=$(dirname "$1")/.$(basename "$1")-wrapped
    mv "$1" "$hidden"
    makeWrapper "$hidden" "$@"
}
