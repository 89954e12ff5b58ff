# The environment that a checkout of nixpkgs makes of wheels, on the machine's toolchain.
#
# REQUEST is a JSON file: `tools` (programs of the machine), `path` (theirs), `files` (where the
# checkout has what is run of it), `python` and `packages`. What is under test comes from the
# checkout, file by file.
{ request }:

let
  asked = builtins.fromJSON (builtins.readFile request);
  inherit (asked) files tools;
  at = text: /. + text;
  optional = name: use: if files.${name} == null then [ ] else use (at files.${name});

  lib = import (at files.lib);
  shim = import ./stdenv.nix { inherit lib tools; inherit (asked) path; };
  inherit (shim) runCommand makeSetupHook;

  # A file of the checkout gets the arguments that it names; what it never uses may be missing.
  callPackage = file: extra:
    let
      f = import file;
      given = pkgs // extra;
      wanted = builtins.functionArgs f;
      absent = name: throw "${toString file} wants the argument `${name}`, which envparity does not supply";
      required = builtins.filter (name: !wanted.${name}) (builtins.attrNames wanted);
    in
    f (builtins.listToAttrs (map (name: { inherit name; value = absent name; }) required)
      // builtins.intersectAttrs wanted given);

  pkgs = shim // {
    inherit callPackage;
    dieHook = makeSetupHook { name = "die-hook"; } (at files.die);
    makeShellWrapper = makeSetupHook
      {
        name = "make-shell-wrapper-hook";
        propagatedBuildInputs = [ pkgs.dieHook ];
        substitutions.shell = tools.bash;
      }
      (at files.makeWrapper);
    makeWrapper = pkgs.makeShellWrapper;
    makeBinaryWrapper = callPackage (at files.makeBinaryWrapper) { };
    buildEnv = callPackage (at files.buildEnv) { };
    makePythonHook = args: makeSetupHook ({ passthru.provides.setupHook = true; } // args);
  };

  python =
    let
      facts = {
        inherit (asked.python) executable sitePackages libPrefix pythonVersion isPy3k isPy3 isPy2;
        implementation = "cpython";
        isPyPy = false;
        interpreter = "${self}/bin/${asked.python.executable}";
        pythonOnBuildForHost = self;
        pythonForBuild = self;
      };
      self = runCommand asked.python.name
        {
          inherit (asked.python) fingerprint;
          base = asked.python.prefix;
          passthru = facts;
        }
        ''
          ${tools.python} -I ${./interpreter.py} "$base" "$out" ${asked.python.executable} \
            ${tools.patchelf or "-"} ${toString (optional "sitecustomize" (file: [ "${file}" ]))}
        '' // facts;
    in
    self;

  wrapPython = callPackage (at files.wrapPython) { inherit python; };

  # A wheel as nixpkgs packages it: installed, its requirements checked, its programs wrapped.
  package = one: requiredPythonModules: runCommand "${asked.python.libPrefix}-${one.label}"
    rec {
      wheel = builtins.path { path = at one.wheel; name = "wheel"; };
      inherit (tools) installer;
      filename = builtins.baseNameOf one.wheel;
      nativeBuildInputs = [ python wrapPython ];
      propagatedBuildInputs = map (name: packages.${name}) one.requires ++ [ python ];
      passthru = {
        pythonModule = python;
        requiredPythonModules = requiredPythonModules propagatedBuildInputs;
      };
    }
    ''
      ln -s "$wheel" "$filename"
      ${toString (optional "runtimeDeps" (hook: [ (checkRequirements one hook) ]))}
      ${tools.python} -I ${./package.py} "$filename" "$out" ${python.interpreter} ${python.sitePackages}
      recordPropagatedDependencies
      wrapPythonPrograms
    '';

  checkRequirements = one: hook:
    if !asked.python.checks || one.demands == [ ] then ""
    else ''
      PYTHONPATH=${packaging}:${
        builtins.concatStringsSep ":" (map (name: "${packages.${name}}/${python.sitePackages}") one.requires)
      } ${python.interpreter} -s ${hook} "$filename"
    '';

  # What the checkout's own check imports.
  packaging = runCommand "packaging" { } ''
    mkdir $out
    ln -s ${builtins.path {
      path = at tools.packaging;
      name = "source";
      filter = file: _: builtins.baseNameOf file != "__pycache__";
    }} $out/packaging
  '';

  packages = builtins.listToAttrs (map
    (one: { name = one.key; value = package one requiredPythonModules; })
    asked.packages);

  # As nixpkgs' python-packages-base.nix has it.
  requiredPythonModules = drvs:
    let
      modules = builtins.filter (drv: drv ? pythonModule && drv.pythonModule == python) drvs;
      all = [ python ] ++ modules ++ builtins.concatLists (map (drv: drv.requiredPythonModules) modules);
    in
    builtins.foldl' (seen: drv: if builtins.elem drv seen then seen else seen ++ [ drv ]) [ ] all;
in
callPackage (at files.wrapper) {
  inherit python requiredPythonModules;
  extraLibs = map (one: packages.${one.key}) asked.packages;
}
