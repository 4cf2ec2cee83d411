"""Answers that need neither a thread nor the ledger: files that pages load, and the way to the sign-in.

They are most of what strangers ask for. Given at once, they take no place of anybody's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from serving.calls import Refused
from serving.pages import forms, static
from serving.pages.entrance import replying
from serving.pages.entrance.attended import Attended
from serving.pages.paths import ours
from serving.pages.table import address
from serving.pages.visit import File

if TYPE_CHECKING:
    from serving.pages.entrance.attended import Asked


def offhand(asked: Asked, root: str, *, is_known: bool) -> Attended | None:
    """Return an answer that can be given at once; None where a page must be written.

    Parameters
    ----------
    asked : Asked
    root : str
        The prefix that a proxy takes off.
    is_known : bool
        Whether it has a session that there is.
    """
    route = asked.route
    if route is None or asked.refused is not None or route.method != "GET":
        return None
    if route.name == "static":
        return _file(asked)
    if is_known or (route.roles is None and route.name != "home"):
        return None
    to = address("start") if route.name == "home" else address("sign_in", query={"next": ours(asked.here)})
    return Attended(replying.sent(to, root))


def _file(asked: Asked) -> Attended | None:
    """Return a file that there is; whatever else is asked for is told on a page."""
    name = asked.path["file"]
    if name not in static.FILES:
        return None
    try:
        query = forms.last_of(forms.fields_of(asked.query, forms.MOST_ASKED))
    except Refused:
        return None
    body, digest = static.read(name)
    file = File(body, static.FILES[name][2], lasting=query.get("v") == digest)
    return Attended(replying.file_reply(file, asked))
