name=..
