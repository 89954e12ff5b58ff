export PYTHONMALLOC=none-such
