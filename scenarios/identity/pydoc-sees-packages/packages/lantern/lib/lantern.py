"""A light for the night."""

LIGHT = "on"
