name=python
