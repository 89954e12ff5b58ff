echo "import greeter; print(greeter.__file__)" | $PYTHON -m code 2>/dev/null
