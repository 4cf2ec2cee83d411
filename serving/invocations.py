"""MLflow's scoring protocol: a client of ``mlflow models serve`` changes only the address.

What is answered is what MLflow's server answers for the registered model, to the letter. More is refused: a
column that the policy does not allow, which that server drops with a line in its log. A refusal is the
problem document that all routes answer with; MLflow's own client shows its text as it is.

References
----------
https://mlflow.org/docs/latest/ml/deployment/deploy-model-locally/, and `mlflow.pyfunc.scoring_server`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from serving.calls import Reply
from serving.tables import from_csv, from_json

if TYPE_CHECKING:
    from serving.calls import Call
    from serving.needs import Columns
    from serving.served import Served
    from serving.state import State
    from serving.tables import Table

MLFLOW = "3.17.2"
"""The version of MLflow whose protocol is spoken."""
QUICK_BELOW = 2**16
"""Bytes of a body under which a table is looked at in the event loop: some ten milliseconds at most."""
TEXT = b"text/plain; charset=utf-8"


def invocations(call: Call, state: State) -> Reply:
    """Answer the places of residents' segments in the scorer: ``POST /invocations``."""
    served, table = _asked(call, state)
    return _told(
        call, served, served.needs.table(table.names, table.rows, state.settings.most_rows, table.layout)
    )


def invocations_quickly(call: Call, state: State) -> Reply | None:
    """Answer the same; None where a table is large, or must be read with care."""
    if len(call.body) >= QUICK_BELOW:
        return None
    served, table = _asked(call, state)
    columns = served.needs.table_quickly(table.names, table.rows, state.settings.most_rows)
    return None if columns is None else _told(call, served, columns)


def ping(call: Call, state: State) -> Reply:
    """Answer whether a version may be served: ``GET /ping``; 503 where none may."""
    call.served = state.watch.served()
    return Reply(b"\n", media=TEXT)


def version(call: Call, state: State) -> Reply:
    """Answer the version of MLflow whose protocol is spoken: ``GET /version``."""
    del call, state
    return Reply(MLFLOW.encode(), media=TEXT)


def _asked(call: Call, state: State) -> tuple[Served, Table]:
    """Return the version that answers, and the table that it is asked about."""
    call.served = served = state.watch.served()
    read = from_csv if call.media == "text/csv" else from_json
    return served, read(call.body, served.needs.all, state.settings.most_rows)


def _told(call: Call, served: Served, columns: Columns) -> Reply:
    call.rows = columns.rows
    told = ", ".join(map(str, _labels(served, columns)))
    return Reply(f'{{"predictions": [{told}]}}'.encode())


def _labels(served: Served, columns: Columns) -> list[int]:
    scorer = served.approved.scorer
    if columns.one is not None:
        return [scorer.one(columns.one).label]
    labels: list[int] = scorer.predict(columns.arrays).tolist()
    return labels
