"""What is counted of answers, and what Prometheus reads of it."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from segmentation.errors import StorageError
from serving.metrics import BUCKETS, NAMES, SLOTS, STATUSES, Metrics, number_of
from serving.pages.declined import KINDS
from serving.pages.entrance.door import PREFIX
from serving.pages.table import all_pages
from serving.problems import PROBLEMS
from serving.routes import all_routes
from serving.tally import Alone


def told(metrics, now=0.0):
    """Return the samples of a scrape by name and labels."""
    text = metrics.text("needs", now).decode()
    families = text_string_to_metric_families(text)
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def test_answers_are_counted_by_route_and_status():
    metrics = Metrics()
    for status in (200, 200, 401):
        metrics.count(number_of("predict"), status, 0.003, 0)
    metrics.count(number_of("no such route"), 404, 0.003, 0)
    found = {key: value for key, value in told(metrics).items() if key[0] == "segmentation_requests_total"}
    assert found == {
        ("segmentation_requests_total", ("route", "predict"), ("status", "200")): 2,
        ("segmentation_requests_total", ("route", "predict"), ("status", "401")): 1,
        ("segmentation_requests_total", ("route", "other"), ("status", "404")): 1,
    }


def test_a_status_that_no_answer_should_have_is_counted_as_a_failure():
    metrics = Metrics()
    metrics.count(0, 418, 0.0, 0)
    assert told(metrics)["segmentation_requests_total", ("route", NAMES[0]), ("status", "500")] == 1


@pytest.mark.parametrize("end", BUCKETS)
def test_a_time_is_in_the_first_bucket_that_ends_no_earlier(end):
    metrics = Metrics()
    metrics.count(0, 200, end if end < 1e9 else 99.0, 0)
    found = told(metrics)
    name = "segmentation_request_seconds_bucket"
    for other in BUCKETS:
        le = "+Inf" if other > 1e9 else str(other)
        assert found[name, ("le", le), ("route", NAMES[0])] == (other >= end)


def test_times_add_up():
    metrics = Metrics()
    for seconds in (0.25, 0.5):
        metrics.count(0, 200, seconds, 0)
    found = told(metrics)
    assert found["segmentation_request_seconds_sum", ("route", NAMES[0])] == 0.75
    assert found["segmentation_request_seconds_count", ("route", NAMES[0])] == 2


def test_residents_keys_and_waiting_events_are_told():
    metrics = Metrics(waiting=lambda: 512)
    metrics.count(number_of("explain"), 200, 0.1, 40)
    metrics.count(number_of("explain"), 200, 0.1, 2)
    metrics.refuse()
    metrics.alert()
    found = told(metrics)
    assert found["segmentation_residents_scored_total", ("route", "explain")] == 42
    assert found["segmentation_api_keys_refused_total",] == 1
    assert found["segmentation_alerts_total",] == 1
    assert found["segmentation_access_waiting_bytes",] == 512


def test_a_disk_that_does_not_say_what_waits_keeps_back_that_number_alone():
    def waiting():
        raise StorageError("The spool folder cannot be used.")

    found = told(Metrics(waiting=waiting))
    assert ("segmentation_access_waiting_bytes",) not in found
    assert ("segmentation_look_age_seconds",) in found


def test_what_is_served_and_when_was_looked_are_told():
    metrics = Metrics()
    metrics.stand(3, 90.0)
    found = told(metrics, now=100.0)
    assert found["segmentation_workers_serving", ("model", "needs"), ("version", "3")] == 1
    assert found["segmentation_look_age_seconds",] == 10.0


def test_workers_are_told_by_what_they_serve_and_the_oldest_look_counts():
    class Two(Alone):
        def read(self):
            first, second = [0.0] * SLOTS, [0.0] * SLOTS
            first[-2:], second[-2:] = (2.0, 99.0), (0.0, 60.0)
            return [0.0] * SLOTS, [first, second]

    found = told(Metrics(Two(SLOTS)), now=100.0)
    assert found["segmentation_workers_serving", ("model", "needs"), ("version", "2")] == 1
    assert found["segmentation_workers_serving", ("model", "needs"), ("version", "0")] == 1
    assert found["segmentation_look_age_seconds",] == 40.0


def test_every_route_and_every_problem_has_its_place():
    pages = {f"{PREFIX}{route.name}" for route in all_pages()}
    assert {route.name for route in all_routes()} | pages == set(NAMES) - {"other"}
    assert len(set(NAMES)) == len(NAMES)
    assert {kind.status for kind in (*PROBLEMS.values(), *KINDS.values())} <= set(STATUSES)
