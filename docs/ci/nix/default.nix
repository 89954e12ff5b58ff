# The corpus as derivations: one for each shard, which Hydra or remote builders take up like any
# other, and `check`, which merges their reports and fails where a cell does.
#
#     nix-build docs/ci/nix -A check          # with <nixpkgs>
#     nix-build docs/ci/nix -A shards         # judge only
#
# In a flake: checks.x86_64-linux.envparity = (import ./docs/ci/nix { pkgs = …; }).check;
#
# Nix builds in a sandbox with namespaces of its own, in which none can usually be made: vanilla is
# then a relocated copy, and scenarios that need the true prefix are skipped and named. Builders
# that allow them take `namespaces = true`.
{
  pkgs ? import <nixpkgs> { },
  src ? ../../..,
  builder ? "reference",
  # What builder programs need besides: { builder = "exec:${mine}/bin/build"; tools = [ mine ]; }
  tools ? [ ],
  pythons ? [ pkgs.python312 ],
  scenarios ? [ ],
  shards ? 4,
  # An earlier report, by which shards take as long: its store path, for all of them the same.
  durations ? null,
  namespaces ? false,
}:

let
  inherit (pkgs) lib;

  envparity = pkgs.python3.pkgs.buildPythonApplication {
    pname = "envparity";
    version = "0.1.0";
    pyproject = true;
    inherit src;
    build-system = [ pkgs.python3.pkgs.hatchling ];
    dependencies = with pkgs.python3.pkgs; [
      attrs
      click
      filelock
      installer
      jinja2
      packaging
      platformdirs
      pytest
      pytest-xdist
      python-discovery
      rich
      tomli-w
      tomlkit
      virtualenv
    ];
    doCheck = false;
  };

  words = lib.escapeShellArgs (
    scenarios
    ++ [ "--builder" builder "--python" (lib.concatMapStringsSep "," (one: one.interpreter) pythons) ]
    ++ lib.optionals (durations != null) [ "--durations" "${durations}" ]
    ++ lib.optional (!namespaces) "--no-namespaces"
  );

  # That cells differ is for `check` to tell, which has all of them; everything else fails here.
  shard =
    part:
    pkgs.runCommand "envparity-${toString part}-of-${toString shards}"
      { nativeBuildInputs = [ envparity pkgs.stdenv.cc ] ++ tools; }
      ''
        export HOME="$TMPDIR" ENVPARITY_CACHE_DIR="$TMPDIR/cache" status=0
        mkdir "$out"
        envparity run ${words} --workers "''${NIX_BUILD_CORES:-1}" --shard ${toString part}/${toString shards} --report "$out/report.jsonl" || status=$?
        [ "$status" -le 1 ]
        echo "$status" > "$out/status"
      '';

  parts = map shard (lib.range 1 shards);
in
{
  inherit envparity;

  shards = parts;

  check = pkgs.runCommand "envparity-check" { nativeBuildInputs = [ envparity ]; } ''
    export HOME="$TMPDIR"
    mkdir "$out"
    envparity report ${lib.concatMapStringsSep " " (one: "${one}/report.jsonl") parts} --output "$out/report.jsonl"
    envparity report "$out/report.jsonl"
    if grep -qx 1 ${lib.concatMapStringsSep " " (one: "${one}/status") parts}; then exit 1; fi
  '';
}
