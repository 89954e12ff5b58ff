{ python, makePythonHook, makeWrapper }:

makePythonHook {
  name = "wrap-python-hook";
  propagatedBuildInputs = [ makeWrapper ];
  substitutions.executable = python.interpreter;
  substitutions.pythonHost = python.pythonOnBuildForHost;
} ./wrap.sh
