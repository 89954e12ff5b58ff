make-a-venv last
