$PYTHON -m zipfile -c a.zip target.py; $PYTHON -m zipfile -l a.zip | wc -l
