echo "import greeter; print(greeter.__file__)" | $PYTHON -m asyncio 2>/dev/null
