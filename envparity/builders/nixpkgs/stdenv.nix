# What nixpkgs' own files ask of a standard environment, on the toolchain of the machine.
#
# The names and what they mean are those of nixpkgs' manual (chapters "The Standard Environment",
# "Trivial build helpers" and "Build helpers"); `setup.sh` is what a derivation runs.
{ lib, tools, path }:

let
  inherit (builtins)
    attrNames attrValues baseNameOf dirOf filter isFunction isList readFile removeAttrs
    replaceStrings;

  # A program's prefix, as a package's path would be: nixpkgs adds `/bin/NAME` itself.
  home = program: dirOf (dirOf program);

  # `f` is what to change: attributes, `previous: …` or `final: previous: …`.
  extend = f: final: previous:
    if !isFunction f then f
    else let once = f previous; in if isFunction once then f final previous else once;

  make = rattrs:
    let
      args = rattrs (args // { finalPackage = package; inherit overrideAttrs; });
      overrideAttrs = f: make (final: let old = rattrs final; in old // extend f final old);
      structured = args.__structuredAttrs or false;
      passed = args.passAsFile or [ ];
      drv = derivation (
        removeAttrs args [ "env" "finalPackage" "meta" "overrideAttrs" "passAsFile" "passthru" ]
        // args.env or { }
        // {
          name = args.name or "${args.pname}-${args.version}";
          system = builtins.currentSystem;
          builder = tools.bash;
          args = [ "-e" ./setup.sh ];
          searchPath = path;
        }
        // (if structured then { } else { passAsFile = passed; })
      );
      package = drv // (args.passthru or { }) // {
        inherit overrideAttrs;
        meta = args.meta or { };
        passthru = args.passthru or { };
        nativeBuildInputs = args.nativeBuildInputs or [ ];
        propagatedBuildInputs = args.propagatedBuildInputs or [ ];
      };
    in
    package;

  mkDerivation = definition: make (if isFunction definition then definition else _: definition);

  runCommand = name: env: command: mkDerivation (env // {
    inherit name;
    buildCommand = command;
    passAsFile = [ "buildCommand" ] ++ env.passAsFile or [ ];
  });

  # Every @NAME@ of a file, replaced while Nix evaluates: it then depends on its contents alone.
  substituted = file: values: replaceStrings
    (map (name: "@${name}@") (attrNames values))
    (map toString (attrValues values))
    (readFile file);

  write = name: text: runCommand name { inherit text; passAsFile = [ "text" ]; } ''cp "$textPath" "$out"'';

  replaceVars = file: values:
    let given = removeAttrs values (filter (name: values.${name} == null) (attrNames values));
    in write (baseNameOf file) (substituted file given);

  substituteAll = { src, ... }@args:
    write (args.name or (baseNameOf src)) (substituted src (removeAttrs args [ "src" "name" ]));

  makeSetupHook =
    { name ? "hook", deps ? [ ], propagatedBuildInputs ? [ ], substitutions ? { }, passthru ? { }, ... }:
    script:
    runCommand name
      {
        text = substituted script (removeAttrs substitutions [ "passthru" ]);
        passAsFile = [ "text" ];
        propagatedBuildInputs = propagatedBuildInputs ++ (if isList deps then deps else [ deps ]);
        inherit passthru;
      } ''
        mkdir -p $out/nix-support
        cp "$textPath" $out/nix-support/setup-hook
        recordPropagatedDependencies
      '';

  platform = {
    inherit (builtins) currentSystem;
    system = builtins.currentSystem;
    isDarwin = false;
    isLinux = true;
  };

  compiler = runCommand "cc"
    {
      program = substituted ./cc.pl { inherit (tools) cc perl; identity = tools.compiler; };
      passAsFile = [ "program" ];
    } ''
      mkdir -p $out/bin
      cp "$programPath" $out/bin/cc
      chmod +x $out/bin/cc
    '';

  cc = {
    outPath = "${compiler}";
    targetPrefix = "";
    isClang = false;
    isGNU = true;
    bintools = { outPath = home tools.cc; targetPrefix = ""; };
    stdenv = { hostPlatform = platform; };
  };

  stdenv = {
    inherit mkDerivation cc;
    shell = tools.bash;
    hostPlatform = platform;
    buildPlatform = platform;
    targetPlatform = platform;
    inherit (platform) isDarwin isLinux;
  };
in
rec {
  inherit lib stdenv runCommand replaceVars substituteAll makeSetupHook;
  stdenvNoCC = stdenv;
  gnuStdenv = stdenv;
  runCommandLocal = runCommand;
  runtimeShell = tools.bash;
  perl = home tools.perl;
  config = { };
  tests = { };
  writeShellScript = name: text: write name "#!${tools.bash}\n${text}";
  buildPackages = { inherit perl stdenv runtimeShell; };
  targetPackages = { inherit stdenv gnuStdenv runtimeShell; };
}
