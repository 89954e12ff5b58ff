$PYTHON -m tabnanny -v target.py
