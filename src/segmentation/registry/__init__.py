"""The registry: every version of a model in MLflow, with its evidence, and nothing of any resident.

A version is registered whole or not at all, and what is loaded is held against the digests it was registered
with. MLflow's model file is for notebooks; what is served is the folded scorer, which is data and no code.
"""

import os
from typing import TYPE_CHECKING

# MLflow reports its use to its makers unless this is set when it is first imported, and at every call. What a
# property company does with its residents' data is nobody else's business.
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"

from segmentation.registry.handover import HandedOver, check_model_files, handed_over
from segmentation.registry.load import (
    RegisteredModel,
    Versions,
    load_previous,
    load_segmenter,
    load_version,
    versions_of,
)
from segmentation.registry.mirror import mirror
from segmentation.registry.register import Registered, check_home, register

if TYPE_CHECKING:
    from segmentation.registry.model import TRUSTED

__all__ = [
    "TRUSTED",
    "HandedOver",
    "Registered",
    "RegisteredModel",
    "Versions",
    "check_home",
    "check_model_files",
    "handed_over",
    "load_previous",
    "load_segmenter",
    "load_version",
    "mirror",
    "register",
    "versions_of",
]


def __getattr__(name: str) -> object:
    """Import what is asked for now; a fitting toolkit comes with it, which most who read do without."""
    if name == "TRUSTED":
        from segmentation.registry.model import TRUSTED  # noqa: PLC0415 - seconds, and few need it

        return TRUSTED
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
