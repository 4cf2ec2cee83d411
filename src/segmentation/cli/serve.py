"""`segmentation serve`: the prediction API over HTTP, for what people have signed and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmentation.cli import office
from segmentation.cli.options import HOME, HomeFolder
from segmentation.cli.plain import say, warn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segmentation.home import Home
    from segmentation.ledger.history import History

EXAMPLE = "segmentation serve --model resident_needs --workers 2"

Model = Annotated[
    str | None, typer.Option("--model", help="Name of the model; may be left out where the ledger knows one.")
]
Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(min=0, max=65_535, help="Port to listen on; 0 takes a free one.")]
Workers = Annotated[int, typer.Option(min=1, max=64, help="Processes that share the port.")]
Certificate = Annotated[
    Path | None, typer.Option(help="Certificate for TLS, with those up to its authority: a PEM file.")
]
PrivateKeyFile = Annotated[Path | None, typer.Option(help="Its private key: a PEM file, without passphrase.")]
Proxies = Annotated[
    list[str] | None,
    typer.Option(
        "--behind-proxy",
        metavar="ADDRESS",
        help="Address or network of a proxy that does TLS; nobody else may connect, but from this machine. "
        "May stand twice.",
    ),
]
RootPath = Annotated[str, typer.Option(help="Prefix of all addresses that such a proxy takes off.")]
Grace = Annotated[
    float,
    typer.Option(min=0, help="Seconds to go on serving while the ledger cannot be reached; then it stops."),
]
MostRows = Annotated[int, typer.Option(min=1, help="Residents in one request to predict.")]
MostExplained = Annotated[int, typer.Option(min=1, help="Residents in one request to explain.")]
MostBytes = Annotated[int, typer.Option(min=1_024, help="Bytes of one request's body.")]
Patience = Annotated[float, typer.Option(min=0.1, help="Seconds that a client may take to send a request.")]
ResidentsAnHour = Annotated[
    int, typer.Option(min=1, help="Residents that one key may ask about in an hour; more raises an alert.")
]
AnswerDays = Annotated[
    int, typer.Option(min=1, max=365, help="Days in which a resident's request is to be answered.")
]
Pages = Annotated[
    bool | None,
    typer.Option(
        "--pages/--no-pages",
        help="Whether people sign in, read and decide by pages of this service, with the keys that rest at "
        "home; pages where there are keys unless it is said.",
    ),
]


def serve(  # noqa: PLR0913, PLR0917 - every option of the command
    model: Model = None,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Workers = 1,
    certificate: Certificate = None,
    private_key: PrivateKeyFile = None,
    behind_proxy: Proxies = None,
    root_path: RootPath = "",
    grace: Grace = 30.0,
    most_rows: MostRows = 10_000,
    most_explained: MostExplained = 1_000,
    most_bytes: MostBytes = 16 * 2**20,
    patience: Patience = 15.0,
    residents_an_hour: ResidentsAnHour = 600,
    answer_days: AnswerDays = 30,
    pages: Pages = None,
    home: HomeFolder = HOME,
) -> None:
    """Serve the version that two people approved and that is active: predictions, explanations, its card.

    It starts where nothing is approved yet, answers 503 with the reason, and takes up a version within
    seconds of its approval; one that is revoked, suspended, expired or altered is stopped as fast. It does
    not start where the ledger cannot be trusted (exit code 2). Callers need an API key
    (`segmentation keys issue`).

    It listens on this machine alone. For others it wants TLS, by --certificate and --private-key, or a proxy
    in front of it that does TLS: then nobody else may connect, and no X-Forwarded header is read.

    People review and sign at /review, each with their own key and passphrase: where the keys of people rest
    at home, they are opened on this host when somebody signs. --no-pages leaves that out.

    Where there is a keyring, segments of residents are kept and told under /v1/residents; its passphrase
    comes from the environment, because nobody is asked while a service runs.

    Each access is on the disk before its answer leaves, and moved into the ledger within seconds; a kill
    loses none, a power loss may lose the last seconds. SIGTERM and Ctrl-C finish what is in hand.
    """
    from serving.run import prepare, run

    prepare()  # before anything loads numpy
    from segmentation.home import Home
    from segmentation.ledger.trust import trust_of
    from serving.settings import Settings

    place = Home(home)
    trust = trust_of(place)
    with office.book_at(home) as book:
        history = book.history()
    name = model or only_model(history)
    for told in unknown(history, name):
        warn(told)
    settings = Settings(
        model=name,
        trust=trust,
        spool=place.spool,
        host=host,
        port=port,
        workers=workers,
        certificate=certificate,
        private_key=private_key,
        root_path=root_path.rstrip("/"),
        proxies=tuple(behind_proxy or ()),
        grace=grace,
        most_rows=most_rows,
        most_explained=most_explained,
        most_bytes=most_bytes,
        patience=patience,
        home=with_pages(place, pages),
        vault=with_residents(place),
        residents_an_hour=residents_an_hour,
        answer_days=answer_days,
    )
    served = what_is_served(history, name)
    pages_at = "" if settings.home is None else ", pages at {}/review"
    run(
        settings,
        lambda address: say(
            f"{served} at {address}, API document at {address}/docs{pages_at.format(address)}"
        ),
    )


def with_pages(place: Home, pages: bool | None) -> Path | None:
    """Return the home of a service with pages; None for one without.

    Parameters
    ----------
    place : Home
    pages : bool or None
        None where nothing was said: then there are pages where keys of people rest.

    Raises
    ------
    ServiceError
        Pages were asked for, and no key rests here.
    StorageError
        The secret that a service with pages needs can neither be read nor made.
    """
    from segmentation.errors import ServiceError
    from segmentation.reviews.keyfiles import are_kept
    from segmentation.reviews.marking import marking_key

    if pages is False:
        return None
    if are_kept(place):
        marking_key(place)  # before the workers ask for it, and while somebody reads why it cannot be
        return place.root.expanduser().absolute()
    if pages:
        raise ServiceError(
            f"There are no keys of people at {place.keys}, so nobody could sign in. Bring them there, or "
            "leave --pages out."
        )
    return None


def with_residents(place: Home) -> Path | None:
    """Return the home of a service that keeps residents; None where there is no keyring.

    Parameters
    ----------
    place : Home

    Raises
    ------
    VaultError
        There is one, and it stays closed; better now than in each worker.
    """
    from segmentation.vault.source import has_keyring, keyring_source

    if not has_keyring(place):
        return None
    keyring_source(place)()
    return place.root.expanduser().absolute()


def only_model(history: History) -> str:
    """Return the name of the one model that a ledger knows.

    Raises
    ------
    ServiceError
        There is none, or more than one.
    """
    from segmentation.errors import ServiceError

    names = sorted({model for model, _ in history.versions()})
    if not names:
        raise ServiceError("The ledger knows no model yet. Say with --model which one will be served.")
    if len(names) > 1:
        raise ServiceError(f"The ledger knows {', '.join(names)}. Say with --model which one is served.")
    return names[0]


def unknown(history: History, model: str) -> Iterator[str]:
    """Yield that a ledger does not know a model but others: a slip, or one whose first version is to come."""
    names = sorted({known for known, _ in history.versions()})
    if names and model not in names:
        yield (
            f"The ledger does not know {model!r}: it knows {', '.join(names)}. Requests are answered with "
            f"503 until a version of {model!r} is approved; if the name is a slip, start again with the "
            "right one."
        )


def what_is_served(history: History, model: str) -> str:
    """Return the beginning of a sentence: which version is approved, or why none is yet.

    Its bundle is not looked at: the service does that at once, and twice would keep callers waiting.
    """
    from segmentation.approved import standing_of
    from segmentation.errors import NotApprovedError
    from segmentation.policy.catalogue import load_catalogue

    try:
        found = standing_of(history, model, office.now(), load_catalogue().digest)
    except NotApprovedError as error:
        return f"Serving no version of {model} yet: {error} Listening"
    return f"Serving {model} version {found.version}"
