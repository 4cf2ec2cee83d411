"""Rows per second of the folded scorer, beside the scikit-learn estimator it came from and its ONNX twin.

The same residents, already in memory, on one core; everybody must give the same segment on every row. The
scorer is measured with listed values as texts and as places in a list (`Coded`, as files hold them), and with
margins or whole explanations beside the segments. Run it with no argument, --quick (100,000 residents) or
--full (nine rounds).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime
from threadpoolctl import threadpool_limits
from timing import arguments, interleaved, numbers, table

from segmentation import Segmenter, read_policy, residents_from
from segmentation.clustering.assign import scored_columns
from segmentation.onnx_twin import onnx_twin
from segmentation.simulate import simulate

if TYPE_CHECKING:
    import pandas as pd

    from segmentation.scorer import FoldedScorer

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Measure and print."""
    asked = arguments(__doc__)
    policy = read_policy(ROOT / "models" / "resident_needs" / "policy.toml")
    n = 100_000 if asked.quick else 1_000_000
    fitted_on = residents_from(simulate(20_000).residents, policy, as_of=date(2026, 7, 1)).needs
    segmenter = Segmenter.from_policy(policy, n_segments=6).fit(fitted_on)
    needs = fitted_on.sample(n, replace=True, random_state=0).reset_index(drop=True)
    scorer = segmenter.fold()
    texts = {name: needs[name].to_numpy() for name in needs}
    coded = scored_columns(scorer, needs)
    session, feeds = onnx_session(scorer), onnx_feeds(scorer, needs)
    contestants = {
        "folded scorer, texts": lambda: scorer.predict(texts),
        "folded scorer, places": lambda: scorer.predict(coded),
        "... with margins": lambda: scorer.margins(coded)[0],
        "... explained": lambda: scorer.explain(coded).chosen,
        "ONNX Runtime": lambda: session.run(["segment"], feeds)[0],
        "scikit-learn": lambda: segmenter.predict(needs),
    }
    with threadpool_limits(1):
        seconds, labels = interleaved(contestants, 9 if asked.full else 3)
    differing = sum(int((labels[name] != labels["scikit-learn"]).sum()) for name in contestants)
    rates = {name: n / taken for name, taken in seconds.items()}
    base = rates["scikit-learn"]
    rows = [(name, f"{rate / 1e6:.2f}", f"{rate / base:.1f}") for name, rate in rates.items()]
    table(("what", "million rows/s", "times scikit-learn"), rows)
    print(f"Rows on which a segment differs: {differing} of {n:,}")
    numbers(
        scorer_vs_sklearn=rates["folded scorer, texts"] / base,
        coded_vs_sklearn=rates["folded scorer, places"] / base,
        onnx_vs_sklearn=rates["ONNX Runtime"] / base,
        scorer_rows_per_second=rates["folded scorer, texts"],
        coded_rows_per_second=rates["folded scorer, places"],
        margins_rows_per_second=rates["... with margins"],
        explained_rows_per_second=rates["... explained"],
        differing_rows=differing,
    )


def onnx_session(scorer: FoldedScorer) -> onnxruntime.InferenceSession:
    """Return the twin, ready to run on one core."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(onnx_twin(scorer), options)


def onnx_feeds(scorer: FoldedScorer, needs: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return what the twin reads."""
    feeds = {part.name: needs[part.name].to_numpy(np.float64)[:, None] for part in scorer.numbers}
    return feeds | {
        part.name: needs[part.name].astype(object).fillna("").to_numpy()[:, None] for part in scorer.levels
    }


if __name__ == "__main__":
    main()
