"""`envparity check`: whether a Python that exists is what it says it is.

`installation` is what is looked at, `finding` what is said of it; each of the modules below it
has the checks of one field, and `catalogue` all of them.
"""
