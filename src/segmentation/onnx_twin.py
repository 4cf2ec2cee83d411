"""The ONNX twin of a folded scorer, so that a Java or C# back office can run the same segmentation.

One input per feature (float64 for numbers and flags with NaN where missing, strings for ordinals and
categories with "" where missing), shape (n_residents, 1); outputs `segment` (position in the metadata's
`segments`) and `scores`. The same float64 arithmetic as the scorer, so the same segment on every row.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segmentation.scorer import FoldedLevels, FoldedNumber, FoldedScorer

OPSET = 19
IR_VERSION = 9
"""Old enough for every ONNX Runtime since 2024."""

Arrays = dict[str, np.ndarray]
Node = onnx.NodeProto


def onnx_twin(scorer: FoldedScorer) -> bytes:
    """Return the scorer as an ONNX model, checked and serialised; equal scorers give equal bytes."""
    arrays: Arrays = {"constant": np.array([scorer.constant])}
    nodes = list(_nodes(scorer, arrays))
    graph = helper.make_graph(
        nodes,
        "folded_scorer",
        [
            *(_input(part.name, TensorProto.DOUBLE) for part in scorer.numbers),
            *(_input(part.name, TensorProto.STRING) for part in scorer.levels),
        ],
        [
            helper.make_tensor_value_info("segment", TensorProto.INT64, ["n"]),
            helper.make_tensor_value_info("scores", TensorProto.DOUBLE, ["n", len(scorer.segments)]),
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
        yield from _number(number, f"number_{at}", arrays)
    for at, part in enumerate(scorer.levels):
        yield from _levels(part, f"levels_{at}", arrays)
    numbers = [f"number_{at}" for at in range(len(scorer.numbers))]
    levels = [f"levels_{at}" for at in range(len(scorer.levels))]
    yield helper.make_node("Sum", ["constant", *numbers, *levels], ["scores"])
    yield helper.make_node("ArgMin", ["scores"], ["segment"], axis=1, keepdims=0)


def _number(part: FoldedNumber, term: str, arrays: Arrays) -> Iterator[Node]:
    """Yield: where missing the fixed row, else (log1p of) the value times the slopes."""
    arrays |= {f"{term}_slope": np.array([part.slope]), f"{term}_missing": np.array([part.missing])}
    value = part.name
    if part.log:
        arrays["one"] = np.array([1.0])
        yield helper.make_node("Add", [value, "one"], [f"{term}_plus"])
        yield helper.make_node("Log", [f"{term}_plus"], [f"{term}_log"])
        value = f"{term}_log"
    yield helper.make_node("Mul", [value, f"{term}_slope"], [f"{term}_known"])
    yield helper.make_node("IsNaN", [part.name], [f"{term}_absent"])
    yield helper.make_node("Where", [f"{term}_absent", f"{term}_missing", f"{term}_known"], [term])


def _levels(part: FoldedLevels, term: str, arrays: Arrays) -> Iterator[Node]:
    """Yield: mark the value among the known ones and "", and multiply the marks by their rows."""
    arrays |= {
        f"{term}_values": np.array([[*part.values, ""]], dtype=object),
        f"{term}_rows": np.array([*part.values.values(), part.missing]),
    }
    yield helper.make_node("Equal", [part.name, f"{term}_values"], [f"{term}_marks"])
    yield helper.make_node("Cast", [f"{term}_marks"], [f"{term}_weights"], to=TensorProto.DOUBLE)
    yield helper.make_node("MatMul", [f"{term}_weights", f"{term}_rows"], [term])
