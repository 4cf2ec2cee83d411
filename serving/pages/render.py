"""Writing a page: its dataclass, the frame that every page has, and the words and figures of the reader."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING

from jinja2 import PackageLoader

from segmentation.card.html import environment
from segmentation.version import __version__
from segmentation.wording import TAGS
from serving.pages.codes import CODES
from serving.pages.page import help_of
from serving.pages.static import read
from serving.pages.table import MAY, address, all_pages
from serving.pages.words import speaker

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from jinja2 import Environment

    from serving.languages import Language
    from serving.pages.page import Page
    from serving.pages.visit import Person, Visit
    from serving.pages.words import Speaker


@dataclass(frozen=True)
class Frame:
    """What stands around every page.

    Attributes
    ----------
    model : str
        Name of the model.
    person : Person or None
    language : {"zh", "en"}
    tag : str
        What HTML calls the language.
    title : str
        Of the page, in the reader's language.
    token : str
        For the field ``csrf`` of every form.
    prefix : str
        That a proxy takes off, before every address.
    here : str
        Path and query of this page, to come back to after the language was switched; without the prefix.
    at : datetime
        When the page was made, in UTC.
    notice : str
        What the form before did; empty where nothing was done.
    release : str
        Version of the service.
    """

    model: str
    person: Person | None
    language: Language
    tag: str
    title: str
    token: str
    prefix: str
    here: str
    at: datetime
    notice: str = ""
    release: str = __version__

    def may(self, action: str) -> bool:
        """Whether a role of who is signed in may take an action."""
        return self.person is not None and bool(set(MAY[action]) & set(self.person.roles))

    def sees(self, name: str) -> bool:
        """Whether who asks may see a page that not everybody sees."""
        roles = _ROLES[name]
        return self.person is not None and (roles is None or bool(set(roles) & set(self.person.roles)))

    def at_page(self, name: str) -> bool:
        """Whether this is a page, whatever is asked of it."""
        return self.here.partition("?")[0] == address(name)

    def asset(self, name: str) -> str:
        """Return the address of a file that a browser may keep: another content has another address."""
        return f"{self.prefix}{address('static', file=name, query={'v': read(name)[1]})}"


_ROLES = {route.name: route.roles for route in all_pages()}


def rendered(page: Page, visit: Visit, *, here: str, notice: str = "") -> str:
    """Return a page as HTML.

    Parameters
    ----------
    page : Page
    visit : Visit
        Whose language, person and token it is written for.
    here : str
        Path and query of the page.
    notice : str
        A sentence in the reader's language.
    """
    settings = visit.office.settings
    voice = speaker(visit.language)
    frame = Frame(
        settings.model,
        visit.person,
        visit.language,
        TAGS[visit.language],
        voice.t(page.TITLE),
        visit.token,
        settings.root_path,
        here,
        visit.now,
        notice,
    )
    return _environment().get_template(page.TEMPLATE).render(context(page, frame, voice))


def context(page: Page, frame: Frame, voice: Speaker) -> Mapping[str, object]:
    """Return every name that a template may use: those of `SHARED`, and the fields of the page."""
    told = help_of(page)
    shared = {
        "frame": frame,
        "codes": CODES,
        "r": voice,
        "t": voice.t,
        "tn": voice.tn,
        "link": lambda name, /, **told: f"{frame.prefix}{address(name, **told)}",
        "title_of": lambda name: voice.t(told[name].title),
        "help_of": lambda name: voice.t(told[name].help),
    }
    return shared | {one.name: getattr(page, one.name) for one in fields(page)}


SHARED = frozenset({"frame", "codes", "r", "t", "tn", "link", "title_of", "help_of"})
"""What every template may use beside the fields of its page."""


@cache
def _environment() -> Environment:
    return environment(PackageLoader("serving"))
