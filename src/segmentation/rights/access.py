"""Every way to residents' data: who may go it, what for, and what it reads and writes. One table.

A way is an address of the service or a command. Programs come with an API key that has a scope, people with
a role of the ledger and a key of their own that opens. The operator is whoever has the home folder and what
opens the keyring: nothing in a program can keep such a person from anything, so no role is asked of them, and
what they do is in the access log under the command's name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

from segmentation.ledger.api_keys import SCOPES, Scope
from segmentation.ledger.records import Role

if TYPE_CHECKING:
    from collections.abc import Collection

Kind = Literal["route", "command", "page"]
Operator = Literal["operator"]
Who = Scope | Role | Operator
For = Literal["placing", "stated", "recorded", "rights", "keeping", "unnamed"]
"""For which residents are placed | that is named in the request | that a consent is about | a right of a
resident | keeping safe what is kept | none, for nobody is named."""
FORS: tuple[For, ...] = get_args(For)
BOUND: tuple[For, ...] = ("placing", "stated")
"""Purposes for which an API key must have been issued."""


@dataclass(frozen=True)
class Way:
    """One way to residents' data.

    Attributes
    ----------
    name : str
        A route's or a page's name, as access events have it, or a command's words.
    kind : {"route", "command", "page"}
    who : tuple of str
        Scopes of API keys, roles of people, or the operator: any one of them will do.
    purpose : str
        One of `FORS`.
    reads, writes : tuple of str
        Names of tables of the ledger; what is taken out of one is written, as a withdrawal takes out segments
        and overrides.
    """

    name: str
    kind: Kind
    who: tuple[Who, ...]
    purpose: For
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()

    @property
    def scope(self) -> Scope:
        """The scope that a route asks for."""
        return next(scope for scope in SCOPES if scope in self.who)

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles that may give a command or open a page; none where it is the operator's."""
        return tuple(role for role in get_args(Role) if role in self.who)

    def admits(self, who: Collection[str], issued: Collection[str] = (), purpose: str = "") -> bool:
        """Return whether somebody may go this way; whether the resident consents is asked behind it.

        Parameters
        ----------
        who : collection of str
            Scopes of an API key, or roles of a person.
        issued : collection of str
            Purposes for which an API key was issued.
        purpose : str
            Which is meant.
        """
        return bool(set(who) & set(self.who)) and (self.purpose not in BOUND or purpose in issued)


def _route(name: str, scope: Scope, purpose: For, reads: str = "", writes: str = "") -> Way:
    return Way(name, "route", (scope,), purpose, tuple(reads.split()), tuple(writes.split()))


def _command(name: str, who: str, purpose: For, reads: str = "", writes: str = "") -> Way:
    known: tuple[Role | Operator, ...] = (*get_args(Role), "operator")
    told = tuple(one for one in known if one in who.split())
    return Way(name, "command", told, purpose, tuple(reads.split()), tuple(writes.split()))


def _page(name: str, who: str, purpose: For, reads: str = "", writes: str = "") -> Way:
    return replace(_command(f"page_{name}", who, purpose, reads, writes), kind="page")


PLACED = "consents segments overrides"
EVERYTHING = f"{PLACED} requests"
ERASED = f"data_keys tombstones {EVERYTHING}"
TAKEN_BACK = f"tombstones {PLACED}"
"""A withdrawal outlives an older backup, as an erasure does."""
DECIDED = "segments overrides requests"
OFFICER, OPERATOR = "compliance", "operator"
FINDERS = "compliance administrator"
"""Who enters a breach: whoever runs the machine often sees it first."""
COUNTERS = "compliance business administrator"
"""Who may know how many wait for an answer."""

WAYS: tuple[Way, ...] = (
    _route("predict", "predict", "unnamed"),
    _route("invocations", "predict", "unnamed"),
    _route("explain", "explain", "unnamed"),
    _route("resident_place", "store", "placing", reads=PLACED, writes="segments"),
    _route("resident_segment", "resident", "stated", reads=PLACED),
    _route("resident_explain", "rights", "rights", reads="segments overrides"),
    _route("resident_consent", "rights", "recorded", reads="consents", writes=TAKEN_BACK),
    _route("resident_consents", "rights", "rights", reads="consents"),
    _route("resident_ask", "rights", "rights", reads="consents", writes=f"{TAKEN_BACK} requests"),
    _route("resident_requests", "rights", "rights", reads="requests"),
    _route("resident_account", "rights", "rights", reads=EVERYTHING),
    _command("resident show", OFFICER, "rights", reads=EVERYTHING),
    _command("resident explain", OFFICER, "rights", reads="segments overrides"),
    _command("resident requests", OPERATOR, "keeping"),
    _command("resident request", OFFICER, "rights", reads="consents", writes=f"{TAKEN_BACK} requests"),
    _command("resident answer", OFFICER, "rights", reads="requests", writes="requests"),
    _command("resident override", OFFICER, "rights", reads=DECIDED, writes="overrides requests"),
    _command("resident erase", OFFICER, "rights", reads="requests", writes=ERASED),
    _command("consent state", OFFICER, "recorded", reads="consents"),
    _command("consent give", OFFICER, "recorded", reads="consents", writes="consents"),
    _command("consent refuse", OFFICER, "recorded", reads="consents", writes=TAKEN_BACK),
    _command("consent withdraw", OFFICER, "recorded", reads="consents", writes=TAKEN_BACK),
    _command("consent object", OFFICER, "recorded", reads="consents", writes="tombstones consents"),
    _command("consent import", OFFICER, "recorded", reads="consents", writes=TAKEN_BACK),
    _command("consent export", OFFICER, "recorded", reads="consents"),
    _command("consent notice", OFFICER, "recorded", writes="notices"),
    _command("breach open", FINDERS, "keeping", writes="breaches"),
    _command("breach step", OFFICER, "keeping", writes="breaches"),
    _command("breach list", OPERATOR, "keeping"),
    _command("breach notice", OPERATOR, "keeping"),
    _command("score", OPERATOR, "placing", reads="consents", writes="segments"),
    _command("build", OPERATOR, "recorded", reads="consents"),
    _command("mitigate", OPERATOR, "recorded", reads="consents"),
    _command("audit", OPERATOR, "keeping", reads=PLACED),
    _command("retention run", OPERATOR, "keeping", reads="consents", writes=f"{EVERYTHING} data_keys"),
    _command("keyring rotate", OPERATOR, "keeping", writes="data_keys"),
    _command("backup", OPERATOR, "keeping"),
    _command("restore", OPERATOR, "keeping"),
    _page("residents", COUNTERS, "keeping"),
    _page("find_resident", OFFICER, "rights"),
    _page("whose", OFFICER, "rights"),
    _page("resident", OFFICER, "rights", reads=EVERYTHING),
    _page("resident_json", OFFICER, "rights", reads=EVERYTHING),
    _page("resident_page", OFFICER, "rights", reads=EVERYTHING),
    _page("receive_request", OFFICER, "rights", reads="consents", writes=f"{TAKEN_BACK} requests"),
    _page("say", OFFICER, "rights", reads="consents", writes=f"{TAKEN_BACK} requests"),
    _page("override", OFFICER, "rights", reads="segments overrides"),
    _page("decide_override", OFFICER, "rights", reads=DECIDED, writes="overrides requests"),
    _page("erase", OFFICER, "rights", reads="requests"),
    _page("carry_out", OFFICER, "rights", reads="requests", writes=ERASED),
    _page("request", OFFICER, "rights", reads="requests"),
    _page("answer", OFFICER, "rights", reads="requests", writes="requests"),
)
"""Every way. What a command reads and writes is what it does where the ledger keeps anything of residents."""
UNTRAINED = frozenset({"breach open", "breach step"})
"""What limits harm must not wait for a course: these commands need no valid training."""
_NAMED = {one.name: one for one in WAYS}


def way(name: str) -> Way:
    """Return a way by its name.

    Raises
    ------
    KeyError
        There is none such.
    """
    return _NAMED[name]
