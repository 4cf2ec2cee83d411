"""Rows per second of the folded scorer, beside the scikit-learn estimator it came from and its ONNX twin.

The same residents, already in memory; all three must give the same segment on every row. Run it with no
argument, --quick (100,000 residents) or --full (nine rounds).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import onnxruntime
from timing import arguments, interleaved, numbers, table

from segmentation import Segmenter, read_policy, residents_from
from segmentation.onnx_twin import onnx_twin
from segmentation.simulate import simulate

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
    columns = {name: needs[name].to_numpy() for name in needs}
    feeds = {part.name: needs[part.name].to_numpy(np.float64)[:, None] for part in scorer.numbers}
    feeds |= {part.name: needs[part.name].fillna("").to_numpy(object)[:, None] for part in scorer.levels}
    session = onnxruntime.InferenceSession(onnx_twin(scorer))
    contestants = {
        "folded scorer": lambda: scorer.predict(columns),
        "ONNX Runtime": lambda: session.run(["segment"], feeds)[0],
        "scikit-learn": lambda: segmenter.predict(needs),
    }
    seconds, labels = interleaved(contestants, 9 if asked.full else 3)
    differing = sum(int((labels[name] != labels["scikit-learn"]).sum()) for name in contestants)
    rates = {name: n / taken for name, taken in seconds.items()}
    base = rates["scikit-learn"]
    rows = [(name, f"{rate / 1e6:.2f}", f"{rate / base:.1f}") for name, rate in rates.items()]
    table(("what", "million rows/s", "times scikit-learn"), rows)
    print(f"Rows on which a segment differs: {differing} of {n:,}")
    numbers(
        scorer_vs_sklearn=rates["folded scorer"] / base,
        onnx_vs_sklearn=rates["ONNX Runtime"] / base,
        scorer_rows_per_second=rates["folded scorer"],
        differing_rows=differing,
    )


if __name__ == "__main__":
    main()
