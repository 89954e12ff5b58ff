import sys

NAME = "venvmaker"


def main():
    import venv

    # The function copies Python into the venv; the command `python -m venv` links it.
    venv.create(sys.argv[1], system_site_packages=True)
