"""`envparity smoke`: whether an adapter to a builder works at all, and if not, where it breaks."""
