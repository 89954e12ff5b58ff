# What docs/ci/nix asks of nixpkgs, by the names that nixpkgs has for it, and no more than that.
# A command is not built: it evaluates to itself.
let
  application = attributes: { outPath = "/nix/store/${attributes.pname}"; inherit (attributes) dependencies; };
  packages = builtins.listToAttrs (map (name: { inherit name; value = name; }) [
    "attrs" "click" "filelock" "hatchling" "installer" "jinja2" "packaging" "platformdirs" "pytest"
    "pytest-xdist" "python-discovery" "rich" "tomli-w" "tomlkit" "virtualenv"
  ]);
in
{
  lib = rec {
    escapeShellArgs = words: builtins.concatStringsSep " " (map (word: "'${word}'") words);
    concatMapStringsSep = between: make: list: builtins.concatStringsSep between (map make list);
    optional = wanted: one: if wanted then [ one ] else [ ];
    optionals = wanted: list: if wanted then list else [ ];
    range = first: last: builtins.genList (number: first + number) (last - first + 1);
  };
  stdenv.cc = "/nix/store/cc";
  python3.pkgs = packages // { buildPythonApplication = application; };
  python312.interpreter = "/nix/store/python312/bin/python3.12";
  runCommand = name: attributes: command: {
    outPath = "/nix/store/${name}";
    inherit name command;
    inputs = map toString attributes.nativeBuildInputs;
  };
}
