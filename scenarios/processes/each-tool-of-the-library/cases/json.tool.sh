echo '{"a": 1}' | $PYTHON -m json.tool
