"""Reports: one JSON-lines file per run, and what is made from it for people."""
