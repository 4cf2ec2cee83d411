"""The numbers of `metrics`, as prometheus_client writes them; loaded when somebody asks for them first."""

from __future__ import annotations

from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from serving.metrics import ALERTED, BUCKETS, LOOKED, NAMES, PER_ROUTE, REFUSED, SECONDS, SERVED, STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prometheus_client.core import Metric


class Exposition(Collector):
    """One scrape.

    Parameters
    ----------
    total : sequence of float
        Numbers of all workers, added up.
    living : sequence of sequence of float
        Numbers of each worker that lives.
    waiting : int or None
        Bytes of access events that are not in the ledger yet; None where they cannot be counted.
    model : str
    now : float
        By `time.monotonic`.
    """

    def __init__(
        self,
        total: Sequence[float],
        living: Sequence[Sequence[float]],
        waiting: int | None,
        model: str,
        now: float,
    ) -> None:
        self._total, self._living, self._waiting, self._model, self._now = total, living, waiting, model, now

    def collect(self) -> Iterator[Metric]:
        """Give every metric."""
        yield self._requests()
        yield self._latency()
        yield self._residents()
        yield CounterMetricFamily(
            "segmentation_api_keys_refused",
            "Requests whose API key was missing, not known, expired or revoked.",
            self._total[REFUSED],
        )
        yield CounterMetricFamily(
            "segmentation_alerts",
            "Requests about residents that were noted as alerts, such as too many residents in an hour.",
            self._total[ALERTED],
        )
        yield from self._gauges()

    def _requests(self) -> Metric:
        family = CounterMetricFamily(
            "segmentation_requests", "Answers by route and status.", labels=("route", "status")
        )
        for number, route in enumerate(NAMES):
            for place, status in enumerate(STATUSES):
                if count := self._total[number * PER_ROUTE + place]:
                    family.add_metric((route, str(status)), count)
        return family

    def _latency(self) -> Metric:
        family = HistogramMetricFamily(
            "segmentation_request_seconds", "From a request's arrival to its answer.", labels=("route",)
        )
        ends = ["+Inf" if end == float("inf") else str(end) for end in BUCKETS]
        for number, route in enumerate(NAMES):
            first = number * PER_ROUTE + len(STATUSES)
            counts = list(accumulate(self._total[first : first + len(BUCKETS)]))
            if counts[-1]:
                seconds = self._total[number * PER_ROUTE + SECONDS]
                family.add_metric((route,), list(zip(ends, counts, strict=True)), seconds)
        return family

    def _residents(self) -> Metric:
        family = CounterMetricFamily(
            "segmentation_residents_scored", "Residents in answers, by route.", labels=("route",)
        )
        for number, route in enumerate(NAMES):
            if rows := self._total[number * PER_ROUTE + SECONDS + 1]:
                family.add_metric((route,), rows)
        return family

    def _gauges(self) -> Iterator[Metric]:
        served = GaugeMetricFamily(
            "segmentation_workers_serving",
            "Workers by the version that they serve; version 0 is none.",
            labels=("model", "version"),
        )
        for version, workers in sorted(Counter(int(own[SERVED]) for own in self._living).items()):
            served.add_metric((self._model, str(version)), workers)
        yield served
        yield GaugeMetricFamily(
            "segmentation_look_age_seconds",
            "Since the last good look at the ledger began, of the worker for which that is longest ago.",
            max((self._now - own[LOOKED] for own in self._living), default=0.0),
        )
        if self._waiting is not None:
            yield GaugeMetricFamily(
                "segmentation_access_waiting_bytes",
                "Access events on this machine's disk that are not in the ledger yet.",
                self._waiting,
            )
