"""`envparity try`: the user's own packages, from a package index, as scenarios of their own."""
