"""The command line: one command per step of the flow, each of which parses, calls and prints.

Exit codes: 0 done, 1 done but findings are broken, 2 the input is not what it should be.
"""

from segmentation.cli.main import app, main

__all__ = ["app", "main"]
