"""The reference builder: an environment that is the interpreter, at a prefix of its own.

Reads in one sitting. `build` is the sequence; `launcher` with `launcher.c` is why it is Python;
`base`, `packages` and `tree` say what lies where; `scripts`, `rerooting` and `wrapping` change
the few files that name a place. Standard library, `installer` and `filelock`; nothing else.
"""
