"""``POST /v1/segments:explain``: why residents are in their segments, exactly and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from segmentation.answers import Reason
from segmentation.scorer import Coded
from serving.calls import Reply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segmentation.scorer import Explanation
    from segmentation.scorer.columns import Given
    from segmentation.scorer.single import Value
    from serving.calls import Call
    from serving.needs import Columns
    from serving.served import Served
    from serving.state import State


def explain(call: Call, state: State) -> Reply:
    """Answer why each resident is in a segment and not in the next, as `segmentation.answers.Explanation`.

    A score is a sum over needs, so the contributions are the model itself and no approximation of it: they
    and the constant add up to the gap, to 1e-9, of a mitigated model too.
    """
    call.served = served = state.watch.served()
    columns = served.needs.read(call.body, state.settings.most_explained)
    call.rows = columns.rows
    told = served.approved.scorer.explain(columns.arrays)
    reasons = msgspec.json.encode(list(_reasons(served, columns, told)))
    occurring = {*told.chosen.tolist(), *told.runner_up.tolist()}
    return Reply(served.frame.around(reasons, occurring, columns.unused))


def _reasons(served: Served, columns: Columns, told: Explanation) -> Iterator[Reason]:
    from segmentation.wording.reasons import Because  # noqa: PLC0415 - words take time and memory

    gaps, constants, margins = told.gap.tolist(), told.constant.tolist(), told.margin.tolist()
    for row, values in enumerate(_residents(columns)):
        because = Because.of(told, row)
        yield Reason(
            segment=because.segment,
            runner_up=because.runner_up,
            margin=margins[row],
            borderline=because.borderline,
            gap=gaps[row],
            contributions=because.contributions,
            constant=constants[row],
            text=served.words.why(because, values),
            imputed=columns.imputed[row],
        )


def _residents(columns: Columns) -> Iterator[dict[str, Value]]:
    """Yield the needs of each resident; NaN or None where one is not known."""
    listed = {name: _listed(column) for name, column in columns.arrays.items()}
    for values in zip(*listed.values(), strict=True):
        yield dict(zip(listed, values, strict=True))


def _listed(column: Given) -> list[Value]:
    if isinstance(column, Coded):
        known = (*column.values, None)  # the last one is for the code -1
        return [known[code] for code in column.codes.tolist()]
    values: list[Value] = np.asarray(column).tolist()
    return values
