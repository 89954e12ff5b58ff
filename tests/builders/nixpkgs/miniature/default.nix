{ config, overlays }:

# What `stdenv=own` imports: a package set with an interpreter and what makes environments of it.
let
  run = name: script: derivation {
    inherit name;
    system = builtins.currentSystem;
    builder = "/bin/sh";
    args = [ "-c" script ];
    PATH = "/usr/bin:/bin";
  };
  python = rec {
    version = builtins.readFile ./python-version;
    pkgs.buildPythonPackage = { pname, version, format, src, propagatedBuildInputs, doCheck }:
      run "${pname}-${version}" ''
        mkdir $out && cd $out && unzip -q ${src}
      '';
    withPackages = choose: run "python3-${version}-env" ''
      mkdir -p $out/bin
      printf '#!/bin/sh\necho %s\n' "own ${toString (choose pkgs)}" > $out/bin/python3.12
      chmod +x $out/bin/python3.12
    '';
  };
in
{ inherit python; python312 = python; }
