"""The version, below everything: no module needs the package above it to know it."""

__version__ = "0.1.0"
