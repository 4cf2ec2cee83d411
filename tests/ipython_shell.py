"""A real IPython, as a notebook's kernel runs it, without history, files or threads of its own."""

import atexit
import io
import sys
from contextlib import contextmanager, redirect_stdout

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config


@contextmanager
def ipython(folder, monkeypatch):
    """Give an IPython whose settings lie in an empty folder, and leave nothing of it behind."""
    monkeypatch.setenv("IPYTHONDIR", str(folder))
    # It warns where the terminal has another virtual environment than the one that runs the tests.
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    monkeypatch.setattr(sys, "displayhook", sys.displayhook)
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    # A shell puts a module of its own in the place of the program, where other tests look for theirs.
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    shell = InteractiveShell.instance(config=config)
    try:
        yield shell
    finally:
        atexit.unregister(shell.atexit_operations)
        shell.atexit_operations()
        InteractiveShell.clear_instance()


def ran(shell, cell):
    """Return what a cell printed, errors included."""
    out = io.StringIO()
    with redirect_stdout(out):
        shell.run_cell(cell)
    return out.getvalue()
