$PYTHON -c "import idlelib; print(idlelib.__file__)"
