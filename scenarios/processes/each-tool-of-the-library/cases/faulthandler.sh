$PYTHON -X faulthandler -c "import faulthandler; print(faulthandler.is_enabled())"
