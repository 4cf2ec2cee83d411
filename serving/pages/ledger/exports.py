"""The ledger to be taken away: as a table that a spreadsheet opens, and whole, so that anybody can verify it.

A spreadsheet takes a cell that begins with ``=``, ``+``, ``-`` or ``@`` for a formula and runs it (OWASP, CSV
Injection). People wrote the reasons, so such a cell gets an apostrophe first.
"""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING

from segmentation.ledger.checkpoint import checkpoint_of
from segmentation.reviews.dossier.chain import line_of
from segmentation.reviews.events import event_told
from segmentation.signing import canonical
from serving.pages.ledger.ledger_told import ROOT_SIGNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from segmentation.ledger.event import Event
    from segmentation.ledger.history import History
    from serving.pages.ledger.ledger_told import Filter
    from serving.pages.words import Speaker

FORMAT = "ledger/1"
"""Of the JSON."""
BOM = "\ufeff"
"""Without it Excel takes UTF-8 for the encoding of the machine, and shows Chinese as noise."""
RUN = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a cell begins that a spreadsheet may run; some take the wide forms of these signs, too."""
COLUMNS = (
    "event", "at", "kind", "action", "model", "version", "by", "role", "what", "reason", "signed_by",
    "digest", "previous",
)  # fmt: skip
"""Heads of the table: the same in both languages, so that a program finds them."""


def written_csv(events: Iterable[Event], history: History, r: Speaker) -> bytes:
    """Return events as a table (RFC 4180) in UTF-8 with a byte order mark, a head first.

    Parameters
    ----------
    events : iterable of Event
    history : History
        That they are of.
    r : Speaker
        In whose language it is told what happened.
    """
    text = StringIO(newline="")
    write = csv.writer(text, lineterminator="\r\n")
    write.writerow(COLUMNS)
    write.writerows(_cells(event, history, r) for event in events)
    return (BOM + text.getvalue()).encode()


def written_json(events: Sequence[Event], history: History, asked: Filter) -> bytes:
    """Return events whole: signed documents to the byte, signatures, and the digests that chain them.

    ``events`` has one a line. Each of them without its ``digest``, as canonical JSON (RFC 8785), is what that
    digest is of; `History.replayed` takes them where none is left out. The head is that of the whole ledger.
    The record of an API key is there as it was signed, with the SHA-256 of a secret of 256 random bits, from
    which nobody finds the secret; the page and the table leave it out.

    Parameters
    ----------
    events : sequence of Event
    history : History
        That they are of.
    asked : Filter
        What they were asked for by, told in ``filter``.
    """
    head = {
        "format": FORMAT,
        "root": history.root.text,
        "head": checkpoint_of(history).model_dump(mode="json"),
        "filter": {name: value for name, value in asked.query.items() if value},
    }
    lines = b",\n".join(_line(event) for event in events)
    return canonical(head)[:-1] + b',"events":[\n' + lines + b"\n]}\n"


def _cells(event: Event, history: History, r: Speaker) -> list[str]:
    told = event_told(event, r)
    signer = history.root.fingerprint if event.draft.kind in ROOT_SIGNS else told.key_fingerprint
    cells = (
        event.seq, event.at.isoformat(), told.kind, told.action, told.model, told.version or "", told.by,
        told.role, told.sentence, told.reason, signer, event.digest, event.previous,
    )  # fmt: skip
    return [harmless(str(cell)) for cell in cells]


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet runs."""
    return f"'{cell}" if cell.startswith(RUN) else cell


def _line(event: Event) -> bytes:
    """Return what the event's digest is of, with the digest in it."""
    return line_of(event)[:-1] + b',"digest":' + canonical(event.digest) + b"}"
