export PYTHONBREAKPOINT=facts.show
