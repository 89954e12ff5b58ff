{ lib, buildEnv, makeBinaryWrapper, python, requiredPythonModules, extraLibs ? [ ], permitUserSite ? true }:

buildEnv {
  name = "${python.name}-env";
  paths = requiredPythonModules extraLibs;
  nativeBuildInputs = [ makeBinaryWrapper ];
  inherit (python) meta;
  passthru = python.passthru // { inherit python; };
  postBuild = ''
    for program in ${python}/bin/*; do
      name=$(basename "$program")
      rm "$out/bin/$name"
      if [ -L "$program" ]; then
        cp -P "$program" "$out/bin/$name"
      else
        makeWrapper "$program" "$out/bin/$name" --inherit-argv0 \
          ${lib.optionalString (!permitUserSite) "--set PYTHONNOUSERSITE true"}
      fi
    done
    for program in $out/bin/.*-wrapped; do
      [ -e "$program" ] || continue
      name=$(basename "$program" -wrapped)
      rm "$out/bin/''${name#.}"
      makeWrapper "$(readlink "$program")" "$out/bin/''${name#.}" \
        --set NIX_PYTHONPATH "$out/${python.sitePackages}"
    done
  '';
}
