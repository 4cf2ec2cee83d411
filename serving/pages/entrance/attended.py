"""What the door hands to those behind it, and what they give back: plain data between HTTP and a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from serving.pages.visit import About

if TYPE_CHECKING:
    from collections.abc import Mapping

    from serving.calls import Refused, Reply
    from serving.pages.table import PageRoute


@dataclass(frozen=True)
class Asked:
    """One request for a page, of which all has arrived.

    Attributes
    ----------
    route : PageRoute or None
        None where there is no such page.
    path : mapping of str to str
        What stands in the address.
    here : str
        The address with its query, without the prefix of a proxy.
    query : bytes
        Of the address, as it was sent.
    headers : mapping of bytes to bytes
        Those that the pages read, by name.
    cookies : mapping of str to str
        By our names.
    body : bytes
        Of a form.
    refused : Refused or None
        Why it is not let in at all: the form is too long, the address is of no page.
    """

    route: PageRoute | None
    path: Mapping[str, str]
    here: str = field(repr=False)
    query: bytes = field(repr=False)
    headers: Mapping[bytes, bytes] = field(repr=False)
    cookies: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    refused: Refused | None = None


@dataclass(frozen=True)
class Attended:
    """An answer, and who has it.

    Attributes
    ----------
    reply : Reply
    person : str
        Who is signed in; empty where nobody is.
    is_recorded : bool
        Whether it is an access event.
    fault : tuple of (str, Exception) or None
        Why the service could not answer as it was asked, for its log: a cause, and the error.
    begun : str
        Token of the session that begins with this answer; empty where none does.
    about : About
        Of which resident it is, if it is of one.
    """

    reply: Reply
    person: str = ""
    is_recorded: bool = False
    fault: tuple[str, Exception] | None = None
    begun: str = field(default="", repr=False)
    about: About = field(default_factory=About, repr=False)
