# Wrap the Python programs of the package that is being built.
wrapPythonPrograms() {
    local program propagated
    propagated=$(cat "$out/nix-support/propagated-build-inputs")
    [[ $propagated == *@pythonHost@* ]] || die "the package does not propagate its Python"
    program_PATH=
    addToSearchPath program_PATH @pythonHost@/bin
    for program in "$out"/bin/*; do
        if [ -f "$program" ] && [ "$(head -n 1 "$program")" = "#!@executable@" ]; then
            wrapProgram "$program" --prefix PATH : "$program_PATH"
        fi
    done
}
