"""Where versions stand, and what was submitted of them: what everybody at the desk sees before they act."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.errors import ReviewError
from segmentation.reviews.recording import Recorder

if TYPE_CHECKING:
    from segmentation.ledger.book import Book
    from segmentation.ledger.standing import Standing
    from segmentation.ledger.trust import Trust
    from segmentation.policy import Policy
    from segmentation.reviews.submission import Version


class Looking:
    """The part of `segmentation.reviews.desk.Desk` that changes nothing; takes what it takes."""

    def __init__(self, book: Book, trust: Trust, catalogue: str) -> None:
        self._book, self._trust, self._catalogue = book, trust, catalogue
        self._recorder = Recorder(book, trust, catalogue)

    def standing(self, model: str, version: int) -> Standing:
        """Return where a version stands now; a draft where nobody submitted it."""
        return self._recorder.standing(self._book.history(), model, version)

    def list(self, model: str | None = None) -> tuple[Standing, ...]:
        """Return where every submitted version stands now, by model and version."""
        history, now = self._book.history(), self._book.now()
        return tuple(
            history.standing(name, version, now, self._catalogue) for name, version in history.versions(model)
        )

    def review(self, model: str, version: int) -> Version:
        """Return what was submitted of a version, read from its bundle and checked against what was signed.

        Raises
        ------
        ReviewError
            It was never submitted, its parts do not belong together, or the submission told otherwise.
        BundleError
            The bundle is missing or was altered.
        PolicyError
            The policy breaks a rule, such as one of a newer catalogue.
        """
        return self._recorder.reviewed(self._book.history(), model, version)


def check_of(model: str, policy: Policy) -> None:
    """Refuse the policy of another model."""
    if policy.name != model:
        raise ReviewError(f"The policy is of {policy.name}, not of {model}. Name the model that it is of.")
