"""What a name in the reference leads to where two classes have it.

An `Explanation` is the scorer's, and for the client it is what the service answers; a `Carrier` is the
audit's, and in the simulation the planted one. Sphinx asks which is meant; here is the answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sphinx.domains.python import PythonDomain

if TYPE_CHECKING:
    from sphinx.application import Sphinx

CLIENT = "segmentation.client"
ANSWERS = "segmentation.answers."
APART = (ANSWERS, "segmentation.simulate.")
"""Parts whose classes are meant only where they themselves are told of."""


class NearestFirst(PythonDomain):
    """The domain of Python, which takes of several classes of one name the one that is meant."""

    def find_obj(self, *asked: Any, **options: Any) -> list[tuple[str, Any]]:  # noqa: ANN401 - as Sphinx calls it
        """Return what a name may lead to: one class where several have it and one is meant."""
        found = super().find_obj(*asked, **options)
        written = [one for one in found if not one[1].aliased]
        meant = [one for one in written if is_meant(one[0], by=asked[1] or "")]
        return meant if len(written) > 1 and len(meant) == 1 else found


def is_meant(name: str, by: str) -> bool:
    """Return whether a module means the class of this full name by its short one."""
    return name.startswith(ANSWERS) if by == CLIENT else not name.startswith(APART)


def setup(app: Sphinx) -> dict[str, bool]:
    """Take the place of Sphinx's own domain of Python."""
    app.add_domain(NearestFirst, override=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
