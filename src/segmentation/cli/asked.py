"""Asking whoever is at the terminal, once more, before something is done that nobody takes back."""

from __future__ import annotations

import typer

from segmentation.cli import secrets
from segmentation.cli.plain import say

LEFT = 1
"""Exit code where somebody was asked, and said no."""


def ask_first(question: str, before: str, left: str, *, yes: bool) -> None:
    """Ask, unless somebody said yes with the command.

    Parameters
    ----------
    question : str
    before : str
        What to do before saying yes, as a sentence begins: ``Make sure of the time``.
    left : str
        What is said to who says no.
    yes : bool
        Whether ``--yes`` was given.

    Raises
    ------
    ReviewError
        There is nobody to ask.
    typer.Exit
        They said no.
    """
    from segmentation.errors import ReviewError

    if yes:
        return
    if not secrets.is_asked():
        raise ReviewError(f"There is no terminal to ask at. {before}, and say --yes.")
    if not typer.confirm(question):
        say(left)
        raise typer.Exit(LEFT)
