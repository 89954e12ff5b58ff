export PYTHONIOENCODING=latin-1:replace
