{ targetPackages, lib, makeSetupHook, dieHook, tests, cc ? targetPackages.stdenv.cc }:

makeSetupHook {
  name = "make-binary-wrapper-hook";
  propagatedBuildInputs = [ dieHook ];
  substitutions.cc = "${cc}/bin/${cc.targetPrefix}cc ${lib.escapeShellArgs [ "-Os" ]}";
  passthru = { inherit tests; };
} ./make-binary-wrapper.sh
