"""Who is measured, and how each is started and asked."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peers.running import Contestant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from peers.model import Fitted

    Rows = list[dict[str, Any]]

HERE = Path(__file__).parent
JSON = {"Content-Type": "application/json"}
BESIDE = Path(sys.executable).parent
OURS = "segmentation serve: signed, keys, validation, metrics, access events"
MLFLOW = "mlflow models serve"
EMPTY = "FastAPI that validates and answers nothing (pydantic)"
APPS = {
    "FastAPI + scikit-learn on a one-row DataFrame": "pipeline",
    "FastAPI + ONNX Runtime (converted pipeline)": "onnx",
    "FastAPI + folded scorer": "folded",
    EMPTY: "empty",
    "Starlette + msgspec + folded scorer": "bare",
}
BENTO = {"BENTOML_DO_NOT_TRACK": "true", "BENTOML_CONFIG_OPTIONS": "api_server.logging.access.enabled=false"}


def contestants(model: Fitted, peers_python: Path | None) -> Iterator[Contestant]:
    """Yield all servers but our own.

    Parameters
    ----------
    model : Fitted
    peers_python : Path or None
        Of the environment with BentoML and MLServer; without it they are left out.
    """
    environment = {"BENCH_MODEL": str(model.folder), "PYTHONPATH": str(HERE.parent)}
    yield _mlflow(model, environment)
    if peers_python is not None:
        yield from _elsewhere(model, peers_python, environment)
    for name, app in APPS.items():
        yield Contestant(
            name,
            _uvicorn(app),
            "/predict",
            lambda rows: _json(residents=rows),
            None if app == "empty" else lambda told: told["segments"],
            JSON,
            environment,
        )


def ours(home: Path, key: str, model: Fitted) -> Contestant:
    """Return our own server as it ships, one worker, everything on."""
    segments = model.candidate.scorer.segments
    return Contestant(
        OURS,
        lambda port: [BESIDE / "segmentation", "serve", "--model", model.policy.name, "--port", port],
        "/v1/segments:predict",
        lambda rows: _json(residents=rows),
        lambda told: [segments.index(place["segment"]) for place in told["results"]],
        JSON | {"Authorization": f"Bearer {key}"},
        {"SEGMENTATION_HOME": str(home)},
    )


def by_column(rows: Rows) -> bytes:
    """Return the same request to our own server, by column."""
    return _json(columns={name: [row[name] for row in rows] for name in rows[0]})


def _mlflow(model: Fitted, environment: dict[str, str]) -> Contestant:
    """Return MLflow with the model as this project registers it."""
    given = ["-m", model.folder / "model", "--env-manager", "local"]
    return Contestant(
        MLFLOW,
        lambda port: [BESIDE / "mlflow", "models", "serve", *given, "-p", port],
        "/invocations",
        lambda rows: _json(
            dataframe_split={"columns": list(rows[0]), "data": [list(row.values()) for row in rows]}
        ),
        lambda told: told["predictions"],
        JSON,
        # It calls uvicorn by its name.
        environment | {"PATH": f"{BESIDE}:{os.environ['PATH']}"},
    )


def _uvicorn(app: str) -> Callable[[int], Sequence[object]]:
    return lambda port: [
        *(sys.executable, "-m", "uvicorn", f"peers.apps:{app}", "--factory", "--port", port),
        *("--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"),
    ]


def _elsewhere(model: Fitted, python: Path, environment: dict[str, str]) -> Iterator[Contestant]:
    beside = python.parent
    yield Contestant(
        "BentoML",
        lambda port: [beside / "bentoml", "serve", "bento:Segments", "--working-dir", HERE, "--port", port],
        "/predict",
        lambda rows: _json(residents=rows),
        lambda told: told,
        JSON,
        environment | BENTO,
    )
    yield Contestant(
        "MLServer",
        lambda port: [beside / "mlserver", "start", _mlserver(model.folder, port)],
        "/v2/models/segments/infer",
        lambda rows: _json(parameters={"content_type": "pd"}, inputs=_tensors(rows)),
        lambda told: told["outputs"][0]["data"],
        JSON,
        environment,
    )


def _mlserver(folder: Path, port: int) -> Path:
    """Write the settings of MLServer; it answers from its own process, which one core favours."""
    place = folder / f"mlserver-{port}"
    place.mkdir()
    settings = {"http_port": port, "grpc_port": port + 1, "metrics_port": port + 2, "parallel_workers": 0}
    model = {
        "name": "segments",
        "implementation": "mlserver_sklearn.SKLearnModel",
        "parameters": {"uri": str(folder / "pipeline.joblib")},
    }
    told = {"settings.json": settings | {"host": "127.0.0.1", "debug": False}, "model-settings.json": model}
    for name, content in told.items():
        (place / name).write_text(json.dumps(content), encoding="utf-8")
    return place


def _tensors(rows: Rows) -> list[dict[str, Any]]:
    return [_tensor(name, [row[name] for row in rows]) for name in rows[0]]


def _tensor(name: str, column: list[Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"name": name, "shape": [len(column), 1], "data": column}
    if isinstance(column[0], str):
        return told | {"datatype": "BYTES", "parameters": {"content_type": "str"}}
    return told | {"datatype": "FP64"}


def _json(**told: object) -> bytes:
    return json.dumps(told).encode()
