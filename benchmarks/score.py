"""Rows per second from Parquet to Parquet, beside scikit-learn on pandas, mlflow.pyfunc and merely decoding.

`score_file` judges every row, checks consent and looks for ids that stand twice; the others do none of that
and read only ids and features. The pipeline is scikit-learn's own, the fitted encoder and k-means; our
`Segmenter`, which encodes in another way, stands beside it. Decoding is the limit: pyarrow reads the columns
that `score_file` needs and drops them; beside it, the whole file with the columns that nobody asked for, and
the needed columns as `score_file` reads them (texts as places in dictionaries). Peak memory is that of a
fresh process, imports included. Run it with no argument (a million rows; memory at one and ten million),
--quick (200,000; memory at 200,000 and 2 million) or --full (nine rounds).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import warnings
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import mlflow.pyfunc
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import Pipeline
from timing import arguments, interleaved, numbers, table

from segmentation import Segmenter, read_policy, residents_from
from segmentation.registry.model import save_model
from segmentation.residents.columns import needed_columns
from segmentation.residents.look import Reading
from segmentation.residents.stream import without_audit
from segmentation.residents.tables import open_tables
from segmentation.scorer import FoldedScorer
from segmentation.scoring import score_file
from segmentation.scoring.source import ROWS
from segmentation.simulate import simulate

if TYPE_CHECKING:
    from segmentation.policy import Policy

POLICY = Path(__file__).parents[1] / "models" / "resident_needs" / "policy.toml"
AS_OF = date(2026, 7, 1)
ID = "resident_ref"
GROUP = 2**20
"""Rows of a row group: what pandas and pyarrow write."""
FRESH = """
import sys
from datetime import date
from pathlib import Path
from segmentation import read_policy
from segmentation.scorer import FoldedScorer
from segmentation.scoring import score_file
scorer, policy, source, out = map(Path, sys.argv[1:])
scorer = FoldedScorer.from_json(scorer.read_text(encoding="utf-8"))
score_file(scorer, read_policy(policy), source, out, as_of=date(2026, 7, 1), identity={})
status = Path("/proc/self/status").read_text().splitlines()
print(next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""


@dataclass(frozen=True)
class Bench:
    """The contestants, who score one file with one fitted segmenter."""

    policy: Policy
    segmenter: Segmenter
    plain: Pipeline
    folder: Path
    source: Path

    def scored(self) -> None:
        """Score as `segmentation score` does."""
        scorer = FoldedScorer.from_json((self.folder / "scorer.json").read_text(encoding="utf-8"))
        score_file(scorer, self.policy, self.source, self.folder / "scored.parquet", as_of=AS_OF, identity={})

    def pipeline(self) -> None:
        """Read with pandas, predict with scikit-learn's pipeline, write with pandas."""
        ids, needs = self._read()
        self._write(ids, self.plain.predict(needs), "pipeline.parquet")

    def estimator(self) -> None:
        """Do the same with the segmenter of a notebook."""
        ids, needs = self._read()
        self._write(ids, self.segmenter.predict(needs), "estimator.parquet")

    def pyfunc(self) -> None:
        """Do the same with the model as MLflow loads it."""
        ids, needs = self._read()
        loaded = mlflow.pyfunc.load_model(str(self.folder / "model"))
        self._write(ids, loaded.predict(needs), "pyfunc.parquet")

    def decode(self) -> None:
        """Read what `score_file` reads, as it reads it, and drop it."""
        for _ in open_tables(self.source).blocks(needed(self.policy), plain=[ID], rows=ROWS):
            pass

    def decode_all(self) -> None:
        """Read all columns of the file, and drop them."""
        with pq.ParquetFile(self.source) as file:
            for _ in file.iter_batches(ROWS):
                pass

    def decode_plain(self) -> None:
        """Read the same columns as pyarrow does by default, and drop them."""
        with pq.ParquetFile(self.source) as file:
            for _ in file.iter_batches(ROWS, columns=list(needed(self.policy))):
                pass

    def _read(self) -> tuple[pd.Series, pd.DataFrame]:
        frame = pd.read_parquet(self.source, columns=[ID, *self.policy.features])
        flags = [name for name, feature in self.policy.features.items() if feature.kind == "flag"]
        return frame[ID], frame[list(self.policy.features)].astype(dict.fromkeys(flags, "float64"))

    def _write(self, ids: pd.Series, labels: np.ndarray, name: str) -> None:
        segments = pd.Categorical.from_codes(labels, pd.Index([f"S{at + 1}" for at in range(6)]))
        pd.DataFrame({ID: ids, "segment": segments}).to_parquet(self.folder / name, index=False)

    def differing(self) -> int:
        """Return on how many rows of `score_file` another contestant has another segment."""
        scored = pd.read_parquet(self.folder / "scored.parquet").set_index(ID)["segment"].astype("str")
        others = [
            pd.read_parquet(self.folder / f"{name}.parquet") for name in ("pipeline", "estimator", "pyfunc")
        ]
        found = [other.set_index(ID)["segment"].astype("str").reindex(scored.index) for other in others]
        return sum(int((other != scored).sum()) for other in found)


def main() -> None:
    """Measure and print."""
    asked = arguments(__doc__)
    rows = 200_000 if asked.quick else 1_000_000
    with tempfile.TemporaryDirectory() as place:
        bench = prepared(Path(place), rows)
        contestants = {
            "score_file": bench.scored,
            "scikit-learn's Pipeline on pandas": bench.pipeline,
            "Segmenter on pandas": bench.estimator,
            "mlflow.pyfunc": bench.pyfunc,
            "decoding (the limit)": bench.decode_plain,
            "decoding the whole file": bench.decode_all,
            "decoding to dictionaries": bench.decode,
        }
        seconds, _ = interleaved(contestants, 9 if asked.full else 5)
        differing = bench.differing()
        large = bench.folder / "large.parquet"
        write_copies(bench.source, large, 10)
        peaks = [peak(bench.folder, bench.source), peak(bench.folder, large)]
    rates = {name: rows / taken for name, taken in seconds.items()}
    print(f"{rows:,} rows, Parquet to Parquet")
    own = rates["score_file"]
    told = [(name, f"{rate / 1e6:.2f}", f"{own / rate:.2f}") for name, rate in rates.items()]
    table(("what", "million rows/s", "score_file is so many times as fast"), told)
    print(f"Rows on which a segment differs: {differing}")
    print(
        f"Peak memory: {peaks[0] / 1024:.0f} MiB at {rows:,} rows, {peaks[1] / 1024:.0f} MiB at {10 * rows:,}"
    )
    numbers(
        score_vs_pipeline=own / rates["scikit-learn's Pipeline on pandas"],
        score_vs_segmenter=own / rates["Segmenter on pandas"],
        score_vs_pyfunc=own / rates["mlflow.pyfunc"],
        score_vs_decode=own / rates["decoding (the limit)"],
        score_vs_decode_whole=own / rates["decoding the whole file"],
        score_vs_decode_dictionaries=own / rates["decoding to dictionaries"],
        peak_10m_vs_1m=peaks[1] / peaks[0],
        score_rows_per_second=own,
        differing_rows=differing,
    )


def prepared(folder: Path, rows: int) -> Bench:
    """Fit on 20,000 residents, and write the scorer, the model and a file of so many rows."""
    policy = read_policy(POLICY)
    residents = simulate(min(rows, 250_000)).residents
    needs = residents_from(residents.head(20_000), policy, as_of=AS_OF).needs
    segmenter = Segmenter.from_policy(policy, n_segments=6).fit(needs)
    (folder / "scorer.json").write_text(segmenter.fold().to_json(), encoding="utf-8")
    save_model(segmenter, policy, folder / "model")
    residents.to_parquet(folder / "some.parquet", index=False)
    source = folder / "residents.parquet"
    write_copies(folder / "some.parquet", source, rows // len(residents))
    return Bench(policy, segmenter, plain_pipeline(segmenter, needs), folder, source)


def plain_pipeline(segmenter: Segmenter, needs: pd.DataFrame) -> Pipeline:
    """Return the same fit as scikit-learn alone has it: the encoder, and k-means with the same centres."""
    centers = segmenter.cluster_centers_
    kmeans = KMeans(len(centers), init=centers, n_init=1, max_iter=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        kmeans.fit(segmenter.encoder_.transform(needs))
    kmeans.cluster_centers_ = np.ascontiguousarray(centers)
    return Pipeline([("encode", segmenter.encoder_), ("kmeans", kmeans)])


def write_copies(source: Path, to: Path, times: int) -> None:
    """Write the rows of a file so many times, with ids of their own."""
    rows = pq.read_table(source)
    at = rows.column_names.index(ID)
    with pq.ParquetWriter(to, rows.schema) as writer:
        for copy in range(times):
            rng = np.random.default_rng([len(rows), copy])
            letters = rng.choice(np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", "S1"), (len(rows), 11))
            ids = np.char.add(b"r-", letters.view("S11").ravel()).astype(str)
            column = pa.array(ids, rows.schema.field(at).type)
            writer.write_table(rows.set_column(at, rows.schema.field(at), column), row_group_size=GROUP)


def needed(policy: Policy) -> tuple[str, ...]:
    """Return the columns that scoring reads."""
    blind = without_audit(policy)
    return Reading.of(blind, needed_columns(blind)).columns


def peak(folder: Path, source: Path) -> float:
    """Return the most memory that a fresh process held while it scored a file, in KiB."""
    words = [sys.executable, "-c", FRESH, folder / "scorer.json", POLICY, source, folder / "peak.parquet"]
    return float(subprocess.run(words, capture_output=True, text=True, check=True).stdout)


if __name__ == "__main__":
    main()
