"""`python -m envparity` is `envparity`."""

from envparity.cli import main

if __name__ == "__main__":
    main()
