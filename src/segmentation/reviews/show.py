"""A home to practise in, as a notebook shows it: who may sign there, and that none of them is real."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from segmentation.shown import table

if TYPE_CHECKING:
    from segmentation.reviews.practice import Practice

_PAGE = Markup(
    "<p><strong>Practice in <code>{root}</code></strong>: a ledger of made-up people, which can be taken "
    'for no real decision.</p>{people}<p>For a terminal: <code>practice.command("serve", …)</code>.</p>'
)


def html(practice: Practice) -> str:
    """Return where it is and who may sign there, as HTML; no passphrase and no key."""
    rows = [(role, signer.name) for role, signer in practice.people.items()]
    return _PAGE.format(
        root=practice.home.root,
        people=table("Who may sign there, made up", ("role", "person"), rows),
    )
