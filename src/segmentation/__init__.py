"""Segments of residents by service need, from allowed features only, assessed for group harms and carded.

The package replaces a hand-made customer classification table. Its modules follow the flow of the data, one
step each, from a policy file to a registered candidate; nothing is imported here, so that the command line
answers at once.
"""

__version__ = "0.1.0"
