"""The rooms."""

__version__ = "0.5.0.dev0"
"""The version of everything in this repository. ``.dev0``: on the way to it."""
