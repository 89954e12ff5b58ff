# The environment that a checkout of nixpkgs makes of wheels, with its own standard environment and
# its own interpreter: what `import nixpkgs` gives, and nothing of ours around it.
{ request }:

let
  asked = builtins.fromJSON (builtins.readFile request);
  at = text: /. + text;
  nixpkgs = import (at asked.files.nixpkgs) { config = { }; overlays = [ ]; };

  python =
    nixpkgs.${asked.python.attribute}
      or (throw "the checkout has no ${asked.python.attribute}");

  package = one: python.pkgs.buildPythonPackage {
    pname = one.name;
    inherit (one) version;
    format = "wheel";
    src = builtins.path { path = at one.wheel; name = builtins.baseNameOf one.wheel; };
    propagatedBuildInputs = map (key: packages.${key}) one.requires;
    doCheck = false;
  };

  packages = builtins.listToAttrs (map (one: { name = one.key; value = package one; }) asked.packages);
in
if python.version != asked.python.version then
  throw "the checkout has Python ${python.version}, not ${asked.python.version}"
else
  python.withPackages (_: map (one: packages.${one.key}) asked.packages)
