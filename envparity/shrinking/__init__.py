"""Shrinking: the smallest scenario in which a builder still fails in the same way.

    scenario ─► draft ─► fewer steps, packages, files, lines ─► judged as a cell ─► same symptom?

`draft` is a scenario in pieces, `symptom` what has to stay, `ddmin` the search, `reduction` what
is left out in which order, `account` the words for an upstream report.
"""
