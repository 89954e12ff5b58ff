"""Explaining: the chain from a step's shell line to what differs, layer by layer.

    cell ─► each side's step under strace ─► witness (files, probes) ─► layers ─► where they part

`trace` reads what strace wrote, `witness` looks around in the sandbox when the step has ended,
`layers` turns both into the facts of each layer, `evidence` runs the sides, `explanation` compares
them, `account` prints it. `trace` and `witness` run inside the sandbox: the standard library alone.
"""
