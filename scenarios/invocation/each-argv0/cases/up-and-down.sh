name=../bin/python3
