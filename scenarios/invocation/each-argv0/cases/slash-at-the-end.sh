name=bin/python3/
