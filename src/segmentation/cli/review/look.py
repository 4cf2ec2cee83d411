"""`segmentation review list | show | diff | waivers`: what there is to decide about."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmentation.cli.console import say_json
from segmentation.cli.office import Office, office_at
from segmentation.cli.options import HOME, HomeFolder, Json, Model, Number
from segmentation.cli.plain import say, warn
from segmentation.cli.review import told

if TYPE_CHECKING:
    from segmentation.ledger.history import History
    from segmentation.ledger.records import Decision
    from segmentation.reviews.diff import Side
    from segmentation.reviews.waivers import Blocking


def list_(
    model: Annotated[str | None, typer.Option(help="Of one model; of all when not given.")] = None,
    home: HomeFolder = HOME,
    as_json: Json = False,
) -> None:
    """List where every submitted version stands."""
    standings = office_at(home).desk.list(model)
    if as_json:
        say_json({"versions": [told.content(standing) for standing in standings]})
        return
    for standing in standings:
        say(told.line(standing))
        say(f"  {standing.why}")
    if not standings:
        say("Nothing was submitted yet. Submit a version with `segmentation review submit`.")


def show(model: Model, version: Number, home: HomeFolder = HOME, as_json: Json = False) -> None:
    """Show where a version stands and why, what is missing, what blocks, all decisions and comments."""
    office = office_at(home)
    history = office.book.history()
    _check_submitted(history, model, version)
    standing = office.desk.standing(model, version)
    records, comments = history.records(model, version), history.comments(model, version)
    blocking = _blocking(office, standing.submission)
    if as_json:
        say_json(told.content(standing, blocking, records, comments))
        return
    for line in told.page(standing, blocking, records, comments):
        say(line)


def diff(
    model: Model,
    version: Number,
    against: Annotated[
        int | None,
        typer.Option(min=1, help="Another submitted version; else the one last in service."),
    ] = None,
    home: HomeFolder = HOME,
    as_json: Json = False,
) -> None:
    """Compare a version with the one last in service: policy, features, segments, findings, limits."""
    from segmentation.reviews.diff import diff as compared

    office = office_at(home)
    other = against or _last(office, model, version)
    found = compared(None if other is None else _side(office, model, other), _side(office, model, version))
    if as_json:
        say_json(found.to_dict())
    else:
        for line in found.text().split("\n"):
            say(line)


def waivers(
    model: Model,
    version: Number,
    out: Annotated[Path, typer.Option(help="Where to write the draft, a TOML file.")],
    home: HomeFolder = HOME,
) -> None:
    """Write a draft of waivers, one for each finding that blocks; why it may pass only a person can say."""
    from segmentation.errors import StorageError
    from segmentation.files import write_text
    from segmentation.reviews.waivers import blocking_of, draft_waivers

    if out.exists():
        raise StorageError(
            f"{out} is there already, and what people wrote in it would be lost. Name another file."
        )
    card = office_at(home).desk.review(model, version).card
    if not blocking_of(card):
        say(f"Nothing blocks {model} version {version}, so nothing needs a waiver.")
        return
    write_text(out, draft_waivers(card))
    say(f"Wrote {out}. Write what is marked, delete what you do not waive, and approve with --waivers {out}")


def _check_submitted(history: History, model: str, version: int) -> None:
    """Refuse a version that nobody ever submitted; a draft is in the registry, and nowhere in the ledger.

    Raises
    ------
    ReviewError
        It names what was submitted.
    """
    from segmentation.errors import ReviewError

    versions = history.versions()
    if (model, version) in versions:
        return
    of_it = [f"{number}" for name, number in versions if name == model]
    models = dict.fromkeys(name for name, _ in versions)
    if of_it:
        told = f"Of {model} there {'are versions' if len(of_it) > 1 else 'is version'} {', '.join(of_it)}"
    else:
        told = f"There are versions of {', '.join(models)}" if models else "Nothing was submitted yet"
    raise ReviewError(
        f"{model} version {version} was never submitted. {told}; see `segmentation review list`."
    )


def _blocking(office: Office, submission: Decision | None) -> tuple[Blocking, ...]:
    """Return what blocks, in sentences; where its bundle cannot be read, that is told instead."""
    from segmentation.errors import SegmentationError
    from segmentation.reviews.waivers import blocking_of

    if submission is None or not submission.blocking:
        return ()
    try:
        return blocking_of(office.desk.review(submission.model, submission.version).card)
    except SegmentationError as error:
        warn(f"what blocks is told by its keys alone. {error}")
        return ()


def _last(office: Office, model: str, version: int) -> int | None:
    """Return the version that is in service, or was last; None where no other ever was.

    Raises
    ------
    ReviewError
        The version to be compared is the active one.
    """
    from segmentation.errors import ReviewError
    from segmentation.reviews.diff import last_in_service

    history = office.book.history()
    active = history.active(model, office.book.now())
    if active is not None and active.version == version:
        raise ReviewError(
            f"{model} version {version} is the active one. Name another to compare it with: --against."
        )
    return last_in_service(history, model, version)


def _side(office: Office, model: str, version: int) -> Side:
    from segmentation.reviews.diff import Side

    found = office.desk.review(model, version)
    return Side(version, found.policy, found.card, office.desk.standing(model, version).state)


COMMANDS = {"list": list_, "show": show, "diff": diff, "waivers": waivers}
EXAMPLES = {
    "list": "segmentation review list --model resident_needs",
    "show": "segmentation review show --model resident_needs --version 1",
    "diff": "segmentation review diff --model resident_needs --version 2",
    "waivers": "segmentation review waivers --model resident_needs --version 1 --out waivers.toml",
}
