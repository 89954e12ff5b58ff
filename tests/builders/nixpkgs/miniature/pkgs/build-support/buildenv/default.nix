{ stdenvNoCC, buildPackages, replaceVars, writeClosure, lib }:

let
  builder = replaceVars ./builder.pl { inherit (builtins) storeDir; };
in
{ name, paths, nativeBuildInputs ? [ ], postBuild ? "", passthru ? { }, meta ? { }, closure ? false }:

stdenvNoCC.mkDerivation (self: {
  inherit name nativeBuildInputs postBuild passthru meta;
  __structuredAttrs = true;
  chosen = map toString paths;
  closure = lib.optionalString closure (writeClosure paths);
  buildCommand = ''
    ${buildPackages.perl}/bin/perl -w ${builder}
    eval "$postBuild"
  '';
})
