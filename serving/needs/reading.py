"""`Needs`: reads residents from requests, quickly where they are sound, and with care where they are not."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from serving.needs.careful import Careful
from serving.needs.document import components, example_bodies
from serving.needs.need import needs_under
from serving.needs.quick import Quick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segmentation.approved import Approved, Former
    from segmentation.policy import Policy
    from serving.needs.columns import Columns
    from serving.needs.layout import Layout
    from serving.needs.need import Need


@dataclass(frozen=True, eq=False)
class Needs:
    """What requests to one version may hold.

    Attributes
    ----------
    policy : Policy
    all : tuple of Need
        Every feature of the policy, in its order. One that the scorer does not read is held to the policy as
        the others are, so that no version which takes over refuses what the last one asked for; it is never
        demanded, and thrown away once it was checked. The answer names it, so that it is sent no more: only
        what the purpose needs may be processed (PIPL Art. 6).
    """

    policy: Policy
    all: tuple[Need, ...]

    def read(self, body: bytes, most: int) -> Columns:
        """Return the residents of a request.

        Parameters
        ----------
        body : bytes
            JSON in UTF-8: ``{"residents": [{...}, ...]}``, or ``{"columns": {name: [...], ...}}``.
        most : int
            Residents in one request.

        Raises
        ------
        Refused
            "malformed", "too-large", or "invalid" with every fault.
        """
        return self._quick.read(body, most) or self._careful.read(body, most)

    def read_quickly(self, body: bytes, most: int) -> Columns | None:
        """Return the same where that takes little time, and None where a body must be read with care."""
        return self._quick.read(body, most)

    def table(
        self, names: Sequence[str], rows: Sequence[Sequence[object]], most: int, layout: Layout
    ) -> Columns:
        """Return the residents of a table of decoded JSON, as MLflow's protocol sends them.

        Parameters
        ----------
        names : sequence of str
            Of the columns.
        rows : sequence of sequences
            One value for each column; null is a missing one.
        most : int
            Residents in one request.
        layout : Layout
            Where the table stands in the request, for the pointers of faults.

        Raises
        ------
        Refused
            "too-large", or "invalid" with every fault.
        """
        return self.table_quickly(names, rows, most) or self._careful.table(names, rows, most, layout)

    def table_quickly(
        self, names: Sequence[str], rows: Sequence[Sequence[object]], most: int
    ) -> Columns | None:
        """Return the same where that takes little time, and None where a table must be read with care."""
        lengths = set(map(len, rows))
        if not 0 < len(rows) <= most or lengths != {len(names)} or len(set(names)) < len(names):
            return None
        columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
        return self._quick.table(columns, most)

    def schema(self, ref_template: str, most: int) -> dict[str, dict[str, Any]]:
        """Return the JSON Schema of a request, as components of an OpenAPI document.

        Parameters
        ----------
        ref_template : str
            Such as ``#/components/schemas/{name}``.
        most : int
            Residents in one request.

        Returns
        -------
        dict
            ``Residents`` is the body; the others are what it refers to.
        """
        return components(self.all, self._quick.row, self._quick.columns, ref_template, most)

    def examples(self) -> dict[str, dict[str, Any]]:
        """Return two sound bodies of the same two residents, ``rows`` and ``columns``, of what is read."""
        return example_bodies(self.all)

    @cached_property
    def _quick(self) -> Quick:
        return Quick(self.all)

    @cached_property
    def _careful(self) -> Careful:
        return Careful(self.policy, self.all)


def needs_of(approved: Approved | Former) -> Needs:
    """Return what requests to an approved version may hold, with its quick reader made ready."""
    needs = Needs(approved.policy, needs_under(approved.policy, approved.scorer))
    needs._quick  # noqa: B018, SLF001 - it takes milliseconds, which no first request shall wait for
    return needs
