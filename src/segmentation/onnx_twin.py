"""The ONNX twin of a folded scorer, so that a Java or C# back office can run the same segmentation.

One input per feature (float64 for numbers and flags with NaN where missing, strings for ordinals and
categories with "" where missing), shape (n_residents, 1); outputs `segment` (position in the metadata's
`segments`) and `scores`. The same float64 arithmetic as the scorer, so the same segment on every row. A graph
cannot raise an error: what the scorer refuses (an unknown value, a count below 0, infinity) has segment -1.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from segmentation.errors import ScorerError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segmentation.scorer import FoldedLevels, FoldedNumber, FoldedScorer

OPSET = 19
IR_VERSION = 9
"""Old enough for every ONNX Runtime since 2024."""

REFUSED = -1
SEGMENT, SCORES = "segment", "scores"
"""Names of the outputs. All other names start with a slash, which no feature does."""

Arrays = dict[str, np.ndarray]
Node = onnx.NodeProto


def onnx_twin(scorer: FoldedScorer) -> bytes:
    """Return the scorer as an ONNX model, checked and serialised; equal scorers give equal bytes.

    Raises
    ------
    ScorerError
        A feature is named like an output.
    """
    taken = sorted({SEGMENT, SCORES}.intersection(scorer.features))
    if taken:
        raise ScorerError(f"The feature '{taken[0]}' is named like an output of the ONNX model. Rename it.")
    arrays: Arrays = {
        "/constant": np.array([scorer.constant]),
        "/across": np.array([1]),
        "/refused": np.array(REFUSED),
    }
    nodes = list(_nodes(scorer, arrays))
    graph = helper.make_graph(
        nodes,
        "folded_scorer",
        [
            *(_input(part.name, TensorProto.DOUBLE) for part in scorer.numbers),
            *(_input(part.name, TensorProto.STRING) for part in scorer.levels),
        ],
        [
            helper.make_tensor_value_info(SEGMENT, TensorProto.INT64, ["n"]),
            helper.make_tensor_value_info(SCORES, TensorProto.DOUBLE, ["n", len(scorer.segments)]),
        ],
        [numpy_helper.from_array(array, name) for name, array in arrays.items()],
    )
    opsets = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(
        graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="segmentation"
    )
    helper.set_model_props(model, {"segments": json.dumps(scorer.segments), "scorer": scorer.digest})
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))


def _input(name: str, kind: int) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, ["n", 1])


def _nodes(scorer: FoldedScorer, arrays: Arrays) -> Iterator[Node]:
    for at, number in enumerate(scorer.numbers):
        yield from _number(number, f"/number_{at}", arrays)
    for at, part in enumerate(scorer.levels):
        yield from _levels(part, f"/levels_{at}", arrays)
    numbers = [f"/number_{at}" for at in range(len(scorer.numbers))]
    levels = [f"/levels_{at}" for at in range(len(scorer.levels))]
    yield helper.make_node("Sum", ["/constant", *numbers, *levels], [SCORES])
    yield helper.make_node("ArgMin", [SCORES], ["/nearest"], axis=1, keepdims=0)
    yield helper.make_node("Sub", [SCORES, SCORES], ["/nothing"])  # NaN where a score is not finite
    yield helper.make_node("ReduceSum", ["/nothing", "/across"], ["/nothing_at_all"], keepdims=0)
    yield helper.make_node("IsNaN", ["/nothing_at_all"], ["/is_refused"])
    yield helper.make_node("Where", ["/is_refused", "/refused", "/nearest"], [SEGMENT])


def _number(part: FoldedNumber, term: str, arrays: Arrays) -> Iterator[Node]:
    """Yield: where missing the fixed row, else (log1p of) the value times the slopes."""
    arrays |= {f"{term}_slope": np.array([part.slope]), f"{term}_missing": np.array([part.missing])}
    value = part.name
    if part.log:
        value = f"{term}_read"
        arrays |= {"/zero": np.array(0.0), "/one": np.array(1.0), "/nan": np.array(np.nan)}
        yield helper.make_node("Add", [part.name, "/one"], [f"{term}_plus"])
        yield helper.make_node("Log", [f"{term}_plus"], [f"{term}_log"])
        yield helper.make_node("Less", [part.name, "/zero"], [f"{term}_below"])
        yield helper.make_node("Where", [f"{term}_below", "/nan", f"{term}_log"], [value])
    yield helper.make_node("Mul", [value, f"{term}_slope"], [f"{term}_known"])
    yield helper.make_node("IsNaN", [part.name], [f"{term}_absent"])
    yield helper.make_node("Where", [f"{term}_absent", f"{term}_missing", f"{term}_known"], [term])


def _levels(part: FoldedLevels, term: str, arrays: Arrays) -> Iterator[Node]:
    """Yield: mark the value among the known ones and "", and multiply the marks by their rows.

    The product is divided by the number of marks, which is 1, or 0 for an unknown value: 0 / 0 is NaN.
    """
    arrays |= {
        f"{term}_values": np.array([[*part.values, ""]], dtype=object),
        f"{term}_rows": np.array([*part.values.values(), part.missing]),
    }
    yield helper.make_node("Equal", [part.name, f"{term}_values"], [f"{term}_marks"])
    yield helper.make_node("Cast", [f"{term}_marks"], [f"{term}_weights"], to=TensorProto.DOUBLE)
    yield helper.make_node("MatMul", [f"{term}_weights", f"{term}_rows"], [f"{term}_row"])
    yield helper.make_node("ReduceSum", [f"{term}_weights", "/across"], [f"{term}_number"], keepdims=1)
    yield helper.make_node("Div", [f"{term}_row", f"{term}_number"], [term])
