"""scikit-learn's pipeline behind BentoML, as its guide writes a service; runs in BentoML's environment."""

import os
from pathlib import Path

import bentoml
import joblib
import numpy as np
import pandas as pd


@bentoml.service(workers=1)
class Segments:
    """Answers with the segment of each row."""

    def __init__(self) -> None:
        self._fitted = joblib.load(Path(os.environ["BENCH_MODEL"]) / "pipeline.joblib")

    @bentoml.api
    def predict(self, residents: pd.DataFrame) -> np.ndarray:
        """Return a label for each resident."""
        return self._fitted.predict(residents)
