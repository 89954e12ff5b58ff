$PYTHON -m unittest -v test_target 2>&1 | grep -v -e seconds -e ^Ran
