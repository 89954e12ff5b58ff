# What a derivation of the shim runs: its inputs' hooks, and then its build command.
#
# The functions are those of nixpkgs' standard environment that the hooks call.

if [ -n "${NIX_ATTRS_SH_FILE:-}" ] && [ -e "$NIX_ATTRS_SH_FILE" ]; then
    . "$NIX_ATTRS_SH_FILE"
    export NIX_ATTRS_JSON_FILE
    for name in "${!outputs[@]}"; do
        declare -gx "$name=${outputs[$name]}"
    done
fi
export PATH=$searchPath SHELL=$BASH TMPDIR=${TMPDIR:-$PWD} LC_ALL=C.UTF-8

addToSearchPathWithCustomDelimiter() {
    if [ -d "$3" ] && [[ "$1${!2:-}$1" != *"$1$3$1"* ]]; then
        export "$2=${!2:+${!2}$1}$3"
    fi
}

addToSearchPath() {
    addToSearchPathWithCustomDelimiter : "$@"
}

recordPropagatedDependencies() {
    mkdir -p "$out/nix-support"
    echo "${propagatedBuildInputs[*]}" > "$out/nix-support/propagated-build-inputs"
}

declare -A activated=()

# Put a package's programs on PATH and source its hook, after those that it propagates.
activate() {
    [ -z "${activated[$1]:-}" ] || return 0
    activated[$1]=1
    local list input
    for list in "$1"/nix-support/propagated-{native-build,build}-inputs; do
        if [ -e "$list" ]; then
            for input in $(< "$list"); do activate "$input"; done
        fi
    done
    if [ -d "$1/bin" ]; then PATH=$1/bin:$PATH; fi
    if [ -e "$1/nix-support/setup-hook" ]; then . "$1/nix-support/setup-hook"; fi
}

for input in ${nativeBuildInputs[*]:-}; do
    activate "$input"
done

# make-binary-wrapper.sh asks for nounset, which other hooks do not survive; so does nixpkgs.
set +u
if [ -n "$buildCommandPath" ]; then
    . "$buildCommandPath"
else
    eval "$buildCommand"
fi
