"""Servers as one writes them by hand, each a factory for uvicorn; every one imports only what it needs.

The folder of the fitted model stands in `BENCH_MODEL`. A request is ``{"residents": [{…}]}`` and is held to
the policy's ranges and values; the answer is ``{"segments": […]}``.
"""

# ruff: noqa: PLC0415 - memory and start are measured, so an application imports what it uses and no more
from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from fastapi import FastAPI
    from numpy.typing import NDArray
    from pydantic import BaseModel
    from starlette.applications import Starlette
    from starlette.requests import Request

    from segmentation.scorer import FoldedScorer

    Rows = list[dict[str, Any]]


def empty() -> FastAPI:
    """Validate with pydantic, and answer nothing."""
    return _validating(lambda _: [])


def folded() -> FastAPI:
    """Validate with pydantic, and ask the folded scorer."""
    return _validating(_asked(_scorer()))


def onnx() -> FastAPI:
    """Validate with pydantic, and ask ONNX Runtime."""
    import numpy as np
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(_folder() / "scorer.onnx", options)
    kinds = {one.name: np.float64 if "double" in one.type else object for one in session.get_inputs()}

    def ask(rows: Rows) -> list[int]:
        feeds = {name: np.array([[row[name]] for row in rows], kind) for name, kind in kinds.items()}
        return session.run(["segment"], feeds)[0].tolist()

    return _validating(ask)


def pipeline() -> FastAPI:
    """Validate with pydantic, and ask scikit-learn with a DataFrame."""
    import joblib
    import pandas as pd

    fitted = joblib.load(_folder() / "pipeline.joblib")
    return _validating(lambda rows: fitted.predict(pd.DataFrame(rows)).tolist())


def bare() -> Starlette:
    """Validate with msgspec, without FastAPI, and ask the folded scorer."""
    import msgspec
    from msgspec.structs import asdict, astuple
    from starlette.applications import Starlette
    from starlette.responses import Response
    from starlette.routing import Route

    fields = []
    for name, feature in _features().items():
        ends = msgspec.Meta(ge=feature["range"][0], le=feature["range"][1]) if feature["range"] else None
        kind = float if feature["values"] is None else Literal[tuple(feature["values"])]
        fields.append((name, Annotated[kind, ends] if ends else kind))
    resident = msgspec.defstruct("Resident", fields, forbid_unknown_fields=True)
    call = msgspec.defstruct("Call", [("residents", list[resident])])
    decoder, encoder, scorer = msgspec.json.Decoder(call), msgspec.json.Encoder(), _scorer()

    async def predict(request: Request) -> Response:
        try:
            rows = decoder.decode(await request.body()).residents
        except msgspec.ValidationError:
            return Response(status_code=422)
        if len(rows) == 1:
            found = [scorer.one(asdict(rows[0])).label]
        else:
            columns = zip(resident.__struct_fields__, zip(*map(astuple, rows), strict=True), strict=True)
            found = scorer.predict(_arrays(scorer, dict(columns))).tolist()
        return Response(encoder.encode({"segments": found}), media_type="application/json")

    return Starlette(routes=[Route("/predict", predict, methods=["POST"])])


def _validating(ask: Callable[[Rows], list[int]]) -> FastAPI:
    from fastapi import FastAPI
    from pydantic import ConfigDict, Field, create_model

    fields: dict[str, Any] = {}
    for name, feature in _features().items():
        ends = feature["range"] or (None, None)
        kind = float if feature["values"] is None else Literal[tuple(feature["values"])]
        fields[name] = (kind, Field(ge=ends[0], le=ends[1]) if feature["range"] else Field())
    resident = create_model("Resident", __config__=ConfigDict(extra="forbid"), **fields)
    call = create_model("Call", residents=(list[resident], ...))
    app = FastAPI()

    async def predict(request: BaseModel) -> dict[str, list[int]]:
        return {"segments": ask([row.__dict__ for row in request.residents])}

    predict.__annotations__["request"] = call
    app.post("/predict")(predict)
    return app


def _asked(scorer: FoldedScorer) -> Callable[[Rows], list[int]]:
    def ask(rows: Rows) -> list[int]:
        if len(rows) == 1:
            return [scorer.one(rows[0]).label]
        columns = {name: [row[name] for row in rows] for name in scorer.features}
        return scorer.predict(_arrays(scorer, columns)).tolist()

    return ask


def _arrays(scorer: FoldedScorer, columns: Mapping[str, Sequence[Any]]) -> dict[str, NDArray[Any]]:
    import numpy as np

    listed = {part.name for part in scorer.levels}
    return {
        name: np.array(column, object if name in listed else np.float64) for name, column in columns.items()
    }


def _folder() -> Path:
    return Path(os.environ["BENCH_MODEL"])


def _features() -> dict[str, Any]:
    return json.loads((_folder() / "policy.json").read_text(encoding="utf-8"))["features"]


def _scorer() -> FoldedScorer:
    from segmentation.scorer import FoldedScorer

    return FoldedScorer.from_json((_folder() / "scorer.json").read_text(encoding="utf-8"))
