$PYTHON -m inspect greeter:main
