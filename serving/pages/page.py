"""What every page is: a frozen dataclass, of which each field is told by a title and a line of help.

A template may use the fields of its page, and must use all of them: a test holds the two equal.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

from segmentation.wording import msg

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Help", "Page", "help_of", "msg", "told"]


@dataclass(frozen=True)
class Help:
    """How a field of a page is told: a heading and one line of help, in English as the catalogue has them."""

    title: str
    help: str


def told(title: str, help_text: str) -> Mapping[str, Any]:
    """Return the metadata of a field of a page; mark both texts with `msg`."""
    return {"told": Help(title, help_text)}


@dataclass(frozen=True)
class Page:
    """Base of all pages.

    Attributes
    ----------
    TEMPLATE : str
        Its file in ``serving/templates``.
    TITLE : str
        Of the page, in English as the catalogue has it.
    """

    TEMPLATE: ClassVar[str]
    TITLE: ClassVar[str]


def help_of(page: type[Page] | Page) -> dict[str, Help]:
    """Return how each field of a page is told, by its name; raises KeyError where one is not."""
    return {one.name: one.metadata["told"] for one in fields(page)}
