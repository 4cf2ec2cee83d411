"""The numbers, as Prometheus reads them: a metric for what there is, and none for what there is not."""

from serving.exposition import Exposition
from serving.metrics import LOOKED, SERVED, SLOTS


def samples(total=None, living=(), waiting=0, now=100.0):
    found = Exposition(total or [0.0] * SLOTS, living, waiting, "needs", now).collect()
    return {(sample.name, *sample.labels.values()): sample.value for one in found for sample in one.samples}


def worker(version, looked):
    numbers = [0.0] * SLOTS
    numbers[SERVED], numbers[LOOKED] = version, looked
    return numbers


def test_routes_that_nobody_asked_have_no_samples():
    assert samples() == {
        ("segmentation_api_keys_refused_total",): 0.0,
        ("segmentation_alerts_total",): 0.0,
        ("segmentation_look_age_seconds",): 0.0,
        ("segmentation_access_waiting_bytes",): 0,
    }


def test_workers_are_counted_by_version_and_the_oldest_look_is_told():
    found = samples(living=[worker(2, 99.0), worker(2, 98.0), worker(0, 60.0)])
    assert found["segmentation_workers_serving", "needs", "2"] == 2
    assert found["segmentation_workers_serving", "needs", "0"] == 1
    assert found["segmentation_look_age_seconds",] == 40.0


def test_what_the_disk_does_not_say_is_left_out():
    assert ("segmentation_access_waiting_bytes",) not in samples(waiting=None)
