set -u

# makeWrapper PROGRAM WRAPPER [--inherit-argv0] [--set NAME VALUE]...
makeWrapper() {
    local program=$1 wrapper=$2 code= argv0=
    shift 2
    [ -x "$program" ] || die "$program is no program"
    argv0="argv[0] = \"$program\";"
    while [ $# -gt 0 ]; do
        case $1 in
            --inherit-argv0) argv0=; shift ;;
            --set) code+="setenv(\"$2\", \"$3\", 1); "; shift 3 ;;
            *) die "makeBinaryWrapper does not know $1" ;;
        esac
    done
    @cc@ -x c -o "$wrapper" - <<END
#define _GNU_SOURCE
#include <stdlib.h>
#include <unistd.h>
int main(int argc, char **argv) { $argv0 $code return execv("$program", argv); }
END
}
