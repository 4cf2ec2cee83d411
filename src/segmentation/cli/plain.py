r"""Words that people wrote, as a terminal may show them: no letter of theirs moves the cursor.

Reasons, names and conditions come from records, and a record may hold any letter: an escape sequence that
rewrites the lines above it, a bidirectional override that swaps what is read, a line feed that adds a line of
its own (Trojan Source, CVE-2021-42574). They are shown as escapes, ``\x1b`` or ``\u202e``.
"""

from __future__ import annotations

import unicodedata

import typer

UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""General categories of Unicode that a reader does not see, or that change what is seen around them."""


def plain(text: str, keep: str = "") -> str:
    """Return a text in which what cannot be seen is written as an escape.

    Parameters
    ----------
    text : str
    keep : str
        Letters that stay as they are, such as line feeds of this program's own.
    """
    return "".join(
        letter if letter in keep or unicodedata.category(letter) not in UNSEEN else _escaped(letter)
        for letter in text
    )


def say(line: str, *, err: bool = False) -> None:
    """Print one line, with what people wrote in it as it can be shown."""
    typer.echo(plain(line), err=err)


def warn(message: str | Exception) -> None:
    """Print a warning to standard error; one of several faults keeps its lines."""
    typer.echo(plain(f"Warning: {message}", keep="\n"), err=True)


def plain_json(text: str) -> str:
    """Return JSON in which strings have what cannot be seen as escapes of JSON; it means the same."""
    return "".join(
        letter if letter == "\n" or unicodedata.category(letter) not in UNSEEN else _json(letter)
        for letter in text
    )


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")


def _json(letter: str) -> str:
    units = letter.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
