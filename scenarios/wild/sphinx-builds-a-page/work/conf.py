extensions = ["sphinx.ext.autodoc"]
project = "greeter"
