"""The careful reader: says of a request everything that is wrong with it, and takes what is right after all.

It is slow, and bounded: a body with more parts than its residents need is refused before it is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.answers import Fault
from serving.calls import Refused
from serving.needs.gathering import Gathered, Wording, refused
from serving.needs.judging import Judging, too_many
from serving.needs.layout import BY_COLUMN, BY_ROW, escaped, ordinal
from serving.needs.names import Names
from serving.needs.parsing import Twice, parsed
from serving.needs.quick import is_crowded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segmentation.policy import Policy
    from serving.needs.columns import Columns
    from serving.needs.layout import Layout
    from serving.needs.need import Need

FORMS = frozenset({"residents", "columns"})


class Careful:
    """Reads what the quick reader leaves.

    Parameters
    ----------
    policy : Policy
    needs : tuple of Need
    """

    def __init__(self, policy: Policy, needs: tuple[Need, ...]) -> None:
        self._needs = needs
        self._names = Names(policy, needs)

    def read(self, body: bytes, most: int) -> Columns:
        """Return the residents of a body; raises what `Needs.read` does."""
        if is_crowded(body, self._needs, most):
            raise too_many(most)
        top = parsed(body)
        self._check_once(top, "")
        if not isinstance(top, dict):
            form = 'send {"residents": [{...}]} or {"columns": {...}}'
            raise Refused("malformed", f"The body is no JSON object: {form}.")
        gathered = Gathered()
        for at, name in enumerate(top):
            if name not in FORMS:
                self._stray(gathered, name, at)
        if len(FORMS & top.keys()) != 1:
            both = Wording("must hold either `residents` or `columns`", "send one of them")
            gathered.add("", "form", lambda: "", lambda: both)
            raise gathered.refused()
        self._check_once(top.get("columns"), "/columns")
        rows = top.get("residents")
        for at, row in enumerate(rows if isinstance(rows, list) else ()):
            self._check_once(row, f"/residents/{at}")
        judging = Judging(self._needs, self._names, BY_ROW if "residents" in top else BY_COLUMN, gathered)
        take = judging.residents if "residents" in top else judging.columns
        return take(top.get("residents", top.get("columns")), most)

    def table(
        self, names: Sequence[str], rows: Sequence[Sequence[object]], most: int, layout: Layout
    ) -> Columns:
        """Return the residents of a table; raises what `Needs.table` does."""
        return Judging(self._needs, self._names, layout, Gathered()).table(names, rows, most)

    def _check_once(self, found: object, pointer: str) -> None:
        """Refuse an object that names a field twice: another reader might take the other value."""
        if isinstance(found, Twice):
            shown = f"`{found.name}`" if self._names.is_tellable(found.name) else "a field"
            raise refused("malformed", [Fault(pointer, f"names {shown} twice", "send each field once")])

    def _stray(self, gathered: Gathered, name: str, at: int) -> None:
        if gathered.counted(name, "stray"):
            return
        is_tellable = self._names.is_tellable(name)
        shown = f"`{name}`" if is_tellable else f"the {ordinal(at)} field of the body"
        pointer = f"/{escaped(name)}" if is_tellable else ""
        gathered.add(name, "stray", lambda: pointer, lambda: self._names.stray(name, shown))
