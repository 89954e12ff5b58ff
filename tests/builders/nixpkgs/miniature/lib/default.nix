{
  optionalString = wanted: text: if wanted then text else "";
  escapeShellArgs = words: builtins.concatStringsSep " " (map (word: "'${word}'") words);
}
