"""The command line: one command per step of the flow, each of which parses, calls and prints.

Exit codes: 0 done; 1 done, but findings are broken, a check fails, or nothing is approved; 2 the input is not
what it should be, or the rules refuse.
"""

from segmentation.cli.main import app, main

__all__ = ["app", "main"]
