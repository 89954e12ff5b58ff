make-a-venv last --system-site-packages
