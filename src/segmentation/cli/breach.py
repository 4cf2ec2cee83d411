"""`segmentation breach`: what was leaked, altered or lost, step by step, and its notices (PIPL Art. 57).

Whoever enters something does it in their own name, with their key; nothing here waits for a course, because
the law says at once. The register names no resident, so whoever runs the machine may read it.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmentation.cli import office
from segmentation.cli.breach_facts import facts_in, told_of
from segmentation.cli.console import say_json
from segmentation.cli.options import HOME, HomeFolder, Json, PassphraseFile, one_of
from segmentation.cli.plain import plain, say
from segmentation.cli.resident.desk import enlist, person_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from segmentation.ledger.personal.breaches import Breach, Breaches

app = typer.Typer(
    help="Keep the register of breaches, and write the notices of one (PIPL Art. 57).", no_args_is_help=True
)
EXAMPLES = {
    "open": "segmentation breach open --as Adam --note 'A disk of backups is missing.'",
    "step": "segmentation breach step B0a1b2c3d4e5f assessed --as Carol --facts facts.toml",
    "list": "segmentation breach list",
    "notice": "segmentation breach notice B0a1b2c3d4e5f --to residents --language zh --out notice.md",
}
BreachId = Annotated[str, typer.Argument(metavar="ID", help="As `breach list` shows it.")]
Entering = Annotated[str, typer.Option("--as", metavar="NAME", help="Who enters it, by their name.")]
Note = Annotated[str, typer.Option(help="What was found or done; never the name or number of a resident.")]
Facts = Annotated[
    Path | None,
    typer.Option(
        help="What is known, a TOML file: kinds, cause, harm, remedies, advice and contact, each a table "
        "with en and zh; happened, a time; residents, how many. All may be left out."
    ),
]


def open_(
    by: Entering,
    note: Note = "",
    facts: Facts = None,
    home: HomeFolder = HOME,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Enter a breach that was found, or may be one: at once, also where little is known yet."""
    who, told = person_at(home, by, passphrase_file), facts_in(facts)
    with _register(home) as register:
        found = register.open(told_of(who, "found", note, told), office.now())
    _tell(found, as_json)


def step(  # noqa: PLR0913, PLR0917 - every option of the command
    breach: BreachId,
    state: Annotated[str, typer.Argument(help="assessed, authority_notified, residents_notified or closed.")],
    by: Entering,
    note: Note = "",
    facts: Facts = None,
    outcome: Annotated[
        str | None,
        typer.Option(help="Of one that is closed: handled, harm_avoided or no_breach; say why in the note."),
    ] = None,
    home: HomeFolder = HOME,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Add what was learned or done; what is not said again stays as it was said before.

    A breach is closed once the authority and the residents were notified. Residents need not be where
    measures effectively avoid harm (harm_avoided), unless the authority says so.
    """
    from segmentation.ledger.personal.breaches import OUTCOMES, STATES

    known = one_of(state, STATES[1:], "STATE")
    ended = None if outcome is None else one_of(outcome, OUTCOMES, "--outcome")
    who, told = person_at(home, by, passphrase_file), facts_in(facts)
    with _register(home) as register:
        found = register.step(breach, told_of(who, known, note, told, ended), office.now())
    _tell(found, as_json)


def list_(
    every: Annotated[bool, typer.Option("--all", help="Also those that are closed.")] = False,
    home: HomeFolder = HOME,
    as_json: Json = False,
) -> None:
    """List breaches, the oldest first: what is open, and who was not told yet."""
    with _register(home) as register:
        found = [one for one in register.all() if every or one.outcome is None]
    if as_json:
        say_json({"breaches": [_content(one) for one in found]})
        return
    for one in found:
        say(_line(one))
    if not found:
        say("No breach is on record." if every else "No breach is open.")


def notice(
    breach: BreachId,
    to: Annotated[str, typer.Option(help="authority or residents.")],
    language: Annotated[str, typer.Option(help="zh or en.")] = "zh",
    draft: Annotated[
        bool, typer.Option("--draft", help="Write it also where something is missing, marked as a draft.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Write it to this file, .md; else it is printed.")] = None,
    home: HomeFolder = HOME,
) -> None:
    """Write the notice of a breach with what is known, to the authority or to residents.

    The law names what it must tell. Where any of it is missing in this language, it is refused.
    """
    from segmentation.files import write_text
    from segmentation.rights.notifying import READERS, notice_of
    from segmentation.wording import LANGUAGES

    reader, spoken = one_of(to, READERS, "--to"), one_of(language, LANGUAGES, "--language")
    with _register(home) as register:
        found = notice_of(register.one(breach), reader, spoken, office.now())
    if not draft:
        found.check()
    if out is None:
        typer.echo(plain(found.text, keep="\n"), nl=False)
        return
    write_text(out, found.text)
    say(f"Wrote {out}. Once it is sent, enter that as a step: {_next(reader)}.")


@contextmanager
def _register(home: Path) -> Iterator[Breaches]:
    """Open the register; it needs no keyring."""
    from segmentation.home import Home
    from segmentation.ledger.personal.breaches import Breaches
    from segmentation.ledger.store import open_ledger
    from segmentation.ledger.trust import trust_of

    with open_ledger(trust_of(Home(home)).ledger) as ledger:
        yield Breaches(ledger)


def _tell(found: Breach, as_json: bool) -> None:
    if as_json:
        say_json(_content(found))
    else:
        say(f"Entered: {_line(found)}")


def _line(one: Breach) -> str:
    """Return a breach as one line: who was told, and who was not."""
    from segmentation.ledger.personal.counts import told

    parts = [one.id, one.state.replace("_", " ")]
    if (found := one.reached("found")) is not None:
        parts.append(f"found {found:%Y-%m-%d %H:%M} UTC")
    if one.residents is not None:
        parts.append(f"{told(one.residents)} residents concerned")
    for state, who in (("authority_notified", "the authority"), ("residents_notified", "residents")):
        at = one.reached(state)  # type: ignore[arg-type]  # one of two
        if at is not None:
            parts.append(f"{who} notified {at:%Y-%m-%d %H:%M} UTC")
        elif one.outcome is None:
            parts.append(f"{who} NOT NOTIFIED")
    if one.outcome is not None:
        parts.append(f"closed as {one.outcome.replace('_', ' ')}")
    return "; ".join(parts)


def _content(one: Breach) -> dict[str, object]:
    from segmentation.ledger.personal.breaches import STATES
    from segmentation.ledger.personal.counts import shown

    reached = {state: one.reached(state) for state in STATES}
    return {
        "id": one.id,
        "state": one.state,
        "outcome": one.outcome,
        "happened": one.happened and one.happened.isoformat(),
        "residents": None if one.residents is None else shown(one.residents),
        "reached": {state: at and at.isoformat() for state, at in reached.items()},
        "facts": {part: {"en": text.en, "zh": text.zh} for part, text in one.facts.items()},
        "steps": [
            {"at": each.at.isoformat(), "by": each.told.by, "state": each.told.state, "note": each.told.note}
            for each in one.steps
        ],
    }


def _next(reader: str) -> str:
    return f"`segmentation breach step` with {reader}_notified"


COMMANDS: Mapping[str, Callable[..., None]] = {"open": open_, "step": step, "list": list_, "notice": notice}
enlist(app, "breach", COMMANDS, EXAMPLES)
