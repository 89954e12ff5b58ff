"""Lets programs other than the interpreter's wrapper find the environment."""

import os
import site

folder = os.environ.pop("NIX_PYTHONPATH", None)
if folder:
    site.addsitedir(folder)
