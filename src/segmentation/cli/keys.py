"""`segmentation keys`: API keys of the programs that ask the service, signed into the ledger by people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmentation.cli import office, secrets
from segmentation.cli.console import say_json
from segmentation.cli.newfile import new_file
from segmentation.cli.office import book_at
from segmentation.cli.options import HOME, By, HomeFolder, Json, PassphraseFile, Reason
from segmentation.cli.plain import say

if TYPE_CHECKING:
    from segmentation.ledger.api_keys import ApiKey, ApiKeyStanding, Scope
    from segmentation.ledger.book import Book
    from segmentation.reviews.desk import Signer

app = typer.Typer(help="Issue, list and revoke API keys of the service.", no_args_is_help=True)

PER_SECOND = 50
"""Requests a second, where nothing else is asked for."""


class ScopeName(StrEnum):
    """What a key allows."""

    predict = "predict"
    explain = "explain"
    read = "read"
    review = "review"
    store = "store"
    resident = "resident"
    rights = "rights"


Scopes = Annotated[
    list[ScopeName],
    typer.Option(
        "--scope",
        help="What it allows: predict segments, explain them, read the model and the metrics, review the "
        "standing of versions; store the segment of a resident, read that of a resident, exercise the rights "
        "of residents. May stand more than once.",
    ),
]
Purposes = Annotated[
    list[str] | None,
    typer.Option(
        "--purpose",
        help="A purpose for which it may ask of residents, by its key in the policy; the scopes store and "
        "resident need one. May stand more than once.",
    ),
]


@app.command(
    epilog="Example: `segmentation keys issue --as Adam --name billing --scope predict --expires 2027-06-30 "
    "--reason 'Monthly letters.'`",
)
def issue(  # noqa: PLR0913, PLR0917 - every option of the command
    by: By,
    name: Annotated[str, typer.Option(help="Who or what uses the key.")],
    scope: Scopes,
    expires: Annotated[
        datetime,
        typer.Option(formats=["%Y-%m-%d"], help="Last day on which it opens, in UTC; two years at most."),
    ],
    reason: Reason,
    purpose: Purposes = None,
    per_second: Annotated[int, typer.Option(min=1, help="Requests a second.")] = PER_SECOND,
    out: Annotated[
        Path | None, typer.Option(help="Write the token to this new file, for its owner alone, unprinted.")
    ] = None,
    home: HomeFolder = HOME,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Issue an API key, and print its token, once; the ledger keeps a digest of it."""
    from secrets import token_bytes

    from segmentation.reviews.api_keys import ISSUE, issue_api_key

    book = book_at(home)
    last = _last(expires, book.now())
    signer = _signer(book, home, by, ISSUE, passphrase_file)
    scopes: list[Scope] = [one.value for one in dict.fromkeys(scope)]
    with new_file(out, "The token") as file:
        token, record = issue_api_key(
            book,
            signer,
            name,
            scopes,
            last + timedelta(days=1),
            per_second,
            reason,
            token_bytes,
            purposes=tuple(purpose or ()),
        )
        if file is not None:
            file.write_text(f"{token}\n", encoding="ascii")
    if as_json:
        say_json(({} if file else {"token": token}) | _content(record))
        return
    say(f"Issued: {_line(record)}")
    if file is not None:
        say(f"Its token is in {file}, and kept nowhere else.")
        return
    say("Its token, which is not shown again and is kept nowhere:")
    say(f"  {token}")


@app.command("list", epilog="Example: `segmentation keys list`")
def list_(home: HomeFolder = HOME, as_json: Json = False) -> None:
    """List every API key that was ever issued: for whom, for what, until when, and whether it opens."""
    standings = list(book_at(home).history().api_keys.values())
    now = office.now()
    if as_json:
        say_json({"keys": [_content(s.record) | _standing(s, now) for s in standings]})
        return
    for standing in standings:
        say(_line(standing.record) + _ended(standing, now))
    if not standings:
        say("No API key was issued yet. Issue one with `segmentation keys issue`.")


@app.command(
    epilog="Example: `segmentation keys revoke 0a1b2c3d4e5f --as Carol --reason 'It was in a mail.'`"
)
def revoke(
    key: Annotated[str, typer.Argument(metavar="ID", help="Id of the key, as `keys list` shows it.")],
    by: By,
    reason: Reason,
    home: HomeFolder = HOME,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Revoke an API key for good; one administrator or compliance person is enough, and it works at once."""
    from segmentation.reviews.api_keys import REVOKE, revoke_api_key

    book = book_at(home)
    signer = _signer(book, home, by, REVOKE, passphrase_file)
    say(f"Revoked: {_line(revoke_api_key(book, signer, key, reason))}")


def _last(expires: datetime, now: datetime) -> datetime:
    """Return the beginning of a key's last day, in UTC.

    The rules of the ledger say the same of the moment behind it, which nobody typed.

    Raises
    ------
    ReviewError
        The day is over, or two years and more away.
    """
    from segmentation.errors import ReviewError
    from segmentation.ledger.issuing import LONGEST

    day, today = expires.date(), now.astimezone(UTC).date()
    if day < today:
        raise ReviewError(f"--expires {day} is over; name a later day.")
    latest = today + LONGEST - timedelta(days=1)  # whose end is no more than that from now
    if day > latest:
        raise ReviewError(
            f"--expires {day} is too far away: a key lasts two years ({LONGEST.days} days) at most; name "
            f"{latest} or an earlier day."
        )
    return expires.replace(tzinfo=UTC)


def _signer(book: Book, home: Path, name: str, action: str, passphrase_file: Path | None) -> Signer:
    """Return a person with their key; who may not is told before their passphrase is asked.

    Raises
    ------
    ReviewError
        They may not.
    SigningError
        The key is not there, or the passphrase does not open it.
    """
    from segmentation.home import Home
    from segmentation.reviews.api_keys import check_may
    from segmentation.reviews.desk import Signer
    from segmentation.reviews.people import open_key

    check_may(book.history(), name, action, book.now())
    return Signer(name, open_key(Home(home), name, secrets.passphrase(name, passphrase_file)))


def _line(record: ApiKey) -> str:
    """Return a key as one line: id, name, scopes and purposes, rate, last day, who issued it."""
    purposes = f" for {' and '.join(record.purposes)}" if record.purposes else ""
    return "; ".join(
        [
            record.id,
            record.name,
            " and ".join(record.scopes) + purposes,
            f"{record.per_second:,} requests a second",
            f"until {_last_day(record)}",
            f"issued by {record.by} on {record.at:%Y-%m-%d}",
        ]
    )


def _ended(standing: ApiKeyStanding, now: datetime) -> str:
    if standing.revoked is not None:
        return f"; revoked on {standing.revoked:%Y-%m-%d}"
    return "; expired" if standing.refusal(now) else ""


def _last_day(record: ApiKey) -> str:
    """Return the last day on which a key opens anything, which may be a part of it."""
    return f"{record.expires.astimezone(UTC) - timedelta(microseconds=1):%Y-%m-%d}"


def _content(record: ApiKey) -> dict[str, object]:
    return {
        "id": record.id,
        "name": record.name,
        "scopes": list(record.scopes),
        "purposes": list(record.purposes),
        "per_second": record.per_second,
        "expires": record.expires.isoformat(),
        "by": record.by,
        "since": record.at.isoformat(),
        "reason": record.reason,
    }


def _standing(standing: ApiKeyStanding, now: datetime) -> dict[str, object]:
    return {
        "revoked": standing.revoked and standing.revoked.isoformat(),
        "refusal": standing.refusal(now),
    }
