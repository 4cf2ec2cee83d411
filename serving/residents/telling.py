"""``GET /v1/residents/{ref}``: everything that is kept of one resident, as JSON or a page (PIPL Art. 45)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from segmentation.rights.gathering import account_of
from segmentation.rights.kept import states_of
from serving.calls import Refused, Reply
from serving.languages import TAGS
from serving.residents.asked import about_one
from serving.variants import CHOSEN, language_in, own_styles, page_in

if TYPE_CHECKING:
    from segmentation.rights.report import Names
    from serving.residents.asked import Asked

HTML = b"text/html"
NONE_KEPT = "Nothing is kept of this resident: no consent, no segment and no request."
LANGUAGE = "The account is written in two languages: ask for `language=en` or `zh`."


def _account(asked: Asked) -> Reply:
    """Answer everything that is kept; as a page where ``Accept`` asks for one first."""
    language = language_in(asked.call.scope, LANGUAGE)
    states = states_of(asked.state.watch.history(), asked.now)
    found = account_of(asked.records, asked.subject, asked.stated(), asked.now, asked.desk.purposes, states)
    if found.is_empty:
        raise Refused("none-kept", NONE_KEPT)
    if page_in(asked.call.scope["headers"], {HTML}) is None:
        return Reply(msgspec.json.encode(found), headers=(CHOSEN,))
    from segmentation.rights.report import page  # noqa: PLC0415 - it takes words and templates

    told = page(found, _names(asked), language).encode()
    headers = ((b"content-language", TAGS[language]), CHOSEN, own_styles(told))
    return Reply(told, media=b"text/html; charset=utf-8", headers=headers)


account = about_one(_account)


def _names(asked: Asked) -> Names:
    from segmentation.rights.report import Names  # noqa: PLC0415 - with the page alone

    try:
        served = asked.state.watch.served()
    except Refused:
        return Names()
    return Names.of(served.approved.policy, {name: one.name for name, one in served.segments.items()})
