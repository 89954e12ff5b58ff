"""Reports: one JSON-lines file per run, and what is made from it for people."""

#: The name under which the run's `Worker` or `Controller` is registered with pytest.
SESSION = "envparity-session"
