export PYTHONMALLOC=debug
