"""`segmentation score --store`: segments into the classification table of the ledger, and into no file."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

import typer

from segmentation.cli import office
from segmentation.cli.console import complain, steps
from segmentation.cli.scored_by import refuse_other

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from segmentation.cli.scored_by import ScoredBy
    from segmentation.scoring.model import Stored

INTERRUPTED = 128 + 2
"""The exit code of a program that Ctrl-C ended."""


def refuse_without_approval(out: Path | None, *, store: bool, approved: bool) -> None:
    """Refuse two places for the segments, or none, and segments of a version that nobody approved.

    Raises
    ------
    typer.BadParameter
        It is so; says what to leave out or to add.
    """
    if store == (out is not None):
        raise typer.BadParameter(
            "give either --out, a table, or --store, the classification table of the ledger; both would be "
            "one place too many that holds everybody's segment"
        )
    if store and not approved:
        raise typer.BadParameter(
            "the classification table holds segments of the approved version alone; add --approved",
            param_hint="--store",
        )


def stored(
    found: ScoredBy, residents: Path, home: Path, identity: Mapping[str, str], *, discard: bool
) -> Stored:
    """Keep the segment of every resident who may have one.

    Raises
    ------
    typer.Exit
        The run was interrupted.
    """
    from segmentation.home import Home
    from segmentation.scoring.storing import store_file
    from segmentation.scoring.track import unfinished_track

    path = Home(home).storing / f"{found.name}.json"
    left = unfinished_track(path)
    if left is not None and not discard:
        refuse_other(left, identity)
    as_of = date.fromisoformat(identity["as_of"])
    told = {key: value for key, value in identity.items() if key != "as_of"}
    with office.personal_at(home) as personal:
        personal.records.keyring  # noqa: B018 - asks for the passphrase now, and not behind a bar
        with _told_how(), steps() as step:
            return store_file(
                found.scorer,
                found.policy,
                residents,
                personal.records,
                path,
                as_of=as_of,
                identity=told,
                clock=office.now,
                progress=step,
                discard=discard,
            )


def content_of(done: Stored, identity: Mapping[str, str]) -> dict[str, object]:
    """Return a run as plain data; small counts of residents are hidden, and those that would tell them."""
    from segmentation.ledger.personal.counts import all_shown, shown

    return {
        **identity,
        "version": int(identity["version"]),
        "stored": done.kept,
        "segments": all_shown(done.segments),
        "intake": done.intake.to_dict(),
        "refused": all_shown(done.refused),
        "there": done.there,
        "erased": shown(done.erased),
        "resumed": done.resumed,
        "discarded": done.discarded,
    }


def told_of(found: ScoredBy, done: Stored) -> str:
    """Return a run in a few lines; small counts of residents are hidden, and those that would tell them."""
    from segmentation.ledger.personal.counts import told
    from segmentation.residents.consent import REASONS
    from segmentation.residents.counts import gone

    left = done.intake.read - done.intake.kept
    lines = [f"Stored: {done.kept:,} segments in the classification table ({found})."]
    if left:
        lines.append(f"Left out: {counted(gone(done.intake))}.")
    if done.refused:
        named = {REASONS.get(reason, reason): count for reason, count in done.refused.items()}
        lines.append(f"Left out by the consents on record: {_hidden(named)}.")
    if done.there:
        lines.append(f"An earlier run over the same had stored {done.there:,}; they were not stored again.")
    if done.erased:
        lines.append(f"Erased in the meantime: {told(done.erased)}.")
    if done.resumed:
        lines.append(f"An interrupted run had done the first {done.resumed:,} rows.")
    if done.discarded:
        lines.append("What an earlier run had stored was stored once more, as was asked for.")
    return "\n".join(lines)


def counted(counts: Mapping[str, int]) -> str:
    """Return counts by reason as part of a sentence."""
    return ", ".join(f"{count:,} {reason}" for reason, count in counts.items())


def _hidden(counts: Mapping[str, int]) -> str:
    """Return counts of residents by reason, or all of them together where one is small."""
    from segmentation.ledger.personal.counts import all_shown, told

    if None not in all_shown(counts).values():
        return counted(counts)
    return f"{told(sum(counts.values()))}, with {' or '.join(counts)}"


@contextmanager
def _told_how() -> Iterator[None]:
    """Say on Ctrl-C how a run goes on, and end with the exit code of that."""
    try:
        yield
    except KeyboardInterrupt:
        complain("Interrupted. What is stored stays; the same command goes on behind it.")
        raise typer.Exit(INTERRUPTED) from None
