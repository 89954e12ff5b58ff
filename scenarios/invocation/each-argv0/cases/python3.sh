name=python3
