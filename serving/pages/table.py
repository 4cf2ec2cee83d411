"""Every page, with who may ask for it: one table that the door, the links, the docs and the tests read.

The roles are those of the ledger at the moment of the request. What somebody may *sign* is the ledger's own
rule (`segmentation.ledger.signatures.WHO`), and is repeated nowhere: the pages of an action are for the roles
that it names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args
from urllib.parse import urlencode

from segmentation.ledger.records import Role
from segmentation.ledger.signatures import WHO
from segmentation.rights.access import way

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROLES: tuple[Role, ...] = get_args(Role)
ANYBODY = None
READERS: tuple[Role, ...] = ("trainer", "compliance", "business", "administrator")
"""Who reads: people. A monitor is a program that may suspend, by the command line."""
KEEPERS: tuple[Role, ...] = ("compliance", "business", "administrator")
"""Who reads the whole ledger and takes evidence away."""
REVIEWERS: tuple[Role, ...] = ("compliance", "business")
OFFICERS = way("page_resident").roles
"""Who is told of one resident, and acts on what they ask for."""
COUNTERS = way("page_residents").roles
"""Who is told how many residents wait for an answer."""
ROOT = "/review"
Action = Literal["comment", "approve", "request_changes", "reject", "revoke", "suspend", "resume"]
ACTIONS: tuple[Action, ...] = get_args(Action)
MAY: Mapping[str, tuple[Role, ...]] = {"comment": READERS} | {
    # A monitor suspends by the command line: it has no page.
    action: tuple(role for role in WHO[action] if role in READERS)
    for action in ACTIONS
    if action != "comment"
}
"""Which roles may take which action here."""


@dataclass(frozen=True)
class PageRoute:
    """One page, or one thing that a form does.

    Attributes
    ----------
    name : str
        In links, access events and metrics.
    method : {"GET", "POST"}
    path : str
        With ``{version}`` for the digits of a version, ``{file}`` for a name without slashes, ``{subject}``
        for the pseudonym of a resident and ``{request}`` for the id of what they ask for.
    roles : tuple of Role or None
        Who may ask, with any one of them; None for anybody, signed in or not.
    handler : str
        ``module:function`` under `serving.pages`, loaded when it is first asked for.
    action : str or None
        What is done to a version there.
    """

    name: str
    method: Literal["GET", "POST"]
    path: str
    roles: tuple[Role, ...] | None
    handler: str
    action: Action | None = None


def all_pages() -> tuple[PageRoute, ...]:
    """Return every page."""
    of_version = f"{ROOT}/versions/{{version}}"
    return (
        PageRoute("home", "GET", "/", ANYBODY, "home.start:home"),
        PageRoute("sign_in", "GET", f"{ROOT}/sign-in", ANYBODY, "entrance.signing_in:form"),
        PageRoute("enter", "POST", f"{ROOT}/sign-in", ANYBODY, "entrance.signing_in:enter"),
        PageRoute("leave", "POST", f"{ROOT}/sign-out", READERS, "entrance.signing_in:leave"),
        PageRoute("language", "GET", f"{ROOT}/language", ANYBODY, "entrance.language:choose"),
        PageRoute("static", "GET", f"{ROOT}/static/{{file}}", ANYBODY, "static:file"),
        PageRoute("start", "GET", ROOT, READERS, "home.start:start"),
        PageRoute("words", "GET", f"{ROOT}/words", READERS, "glossary:words"),
        PageRoute("version", "GET", of_version, READERS, "version.version:version"),
        PageRoute("note", "POST", f"{of_version}/notes", READERS, "version.notes:note"),
        *(
            PageRoute(action, "GET", _of(action), MAY[action], "deciding.deciding:ask", action)
            for action in ACTIONS
        ),
        *(
            PageRoute(f"sign_{action}", "POST", _of(action), MAY[action], "deciding.deciding:answer", action)
            for action in ACTIONS
        ),
        PageRoute("dossier", "GET", f"{of_version}/dossier.zip", KEEPERS, "dossier:dossier"),
        PageRoute("compare", "GET", f"{ROOT}/compare", READERS, "compare.compare:compare"),
        PageRoute("ledger", "GET", f"{ROOT}/ledger", KEEPERS, "ledger.ledger:ledger"),
        PageRoute("ledger_csv", "GET", f"{ROOT}/ledger.csv", KEEPERS, "ledger.ledger:as_csv"),
        PageRoute("ledger_json", "GET", f"{ROOT}/ledger.json", KEEPERS, "ledger.ledger:as_json"),
        *_of_residents(),
    )


def _of_residents() -> Iterator[PageRoute]:
    """Yield the pages of residents' rights, for whom the table of access says."""
    every = f"{ROOT}/residents"
    one = f"{every}/{{subject}}"
    a_request = f"{one}/requests/{{request}}"
    told: tuple[tuple[str, Literal["GET", "POST"], str, str], ...] = (
        ("residents", "GET", every, "register:register"),
        ("find_resident", "POST", f"{every}/find", "register:find"),
        ("whose", "GET", f"{every}/requests/{{request}}", "register:whose"),
        ("resident", "GET", one, "resident:resident"),
        ("resident_json", "GET", f"{one}/account.json", "resident:as_json"),
        ("resident_page", "GET", f"{one}/account.html", "resident:as_page"),
        ("receive_request", "POST", f"{one}/requests", "receiving:receive"),
        ("say", "POST", f"{one}/consents", "receiving:say"),
        ("override", "GET", f"{one}/override", "overriding:override"),
        ("decide_override", "POST", f"{one}/override", "overriding:decide_override"),
        ("erase", "GET", f"{one}/erase", "erasing:erase"),
        ("carry_out", "POST", f"{one}/erase", "erasing:carry_out"),
        ("request", "GET", a_request, "answering:request"),
        ("answer", "POST", a_request, "answering:answer"),
    )
    for name, method, path, handler in told:
        yield PageRoute(name, method, path, way(f"page_{name}").roles, f"residents.{handler}")


def _of(action: str) -> str:
    return f"{ROOT}/versions/{{version}}/{action.replace('_', '-')}"


def address(name: str, /, *, query: Mapping[str, object] | None = None, **path: object) -> str:
    """Return the address of a page, without the prefix of a proxy.

    Parameters
    ----------
    name : str
        Of the route.
    query : mapping, optional
        What is asked for; empty values are left out.
    **path : object
        What stands in the address: ``version``, ``file``, ``subject``, ``request``.
    """
    found = _PATHS[name].format_map(path)
    told = {key: value for key, value in (query or {}).items() if value not in {None, ""}}
    return f"{found}?{urlencode(told)}" if told else found


_PATHS = {route.name: route.path for route in all_pages()}
ACTED: Mapping[str, Action] = {route.name: route.action for route in all_pages() if route.action is not None}
"""What is done to a version, by the name of the page where it is asked for or signed."""
