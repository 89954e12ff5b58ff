"""What a worker on another machine is sent: start the worker of the envparity that is there."""

import sys

if __name__ == "__channelexec__":
    # pytest-xdist has put the controller's pytest into the working directory.
    sys.path[:] = [place for place in sys.path if place]
    from envparity.remote import work

    work(channel)  # type: ignore[name-defined]  # noqa: F821  # execnet's
