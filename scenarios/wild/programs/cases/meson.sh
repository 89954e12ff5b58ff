meson --version
meson --help
