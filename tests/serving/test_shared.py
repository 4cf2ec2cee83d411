"""What workers share, as the settings say."""

import os
import re
import signal
import time
from datetime import UTC, datetime
from http.client import HTTPConnection

import pytest

from serving.settings import Settings
from serving.shared import metrics_of, rate_of, reads_of
from serving.tally import Alone, Shared
from tests.serving.made import Office
from tests.serving.process import Service, eventually


def settings(folder, workers, run="run"):
    return Settings("needs", None, folder, workers=workers, run=run)


def test_one_worker_counts_alone_and_shares_what_keys_have_spent_with_other_services(tmp_path):
    told = settings(tmp_path / "spool", 1)
    assert isinstance(metrics_of(told)._tally, Alone)
    other = settings(tmp_path / "spool", 1, "other")
    assert [rate_of(one).wait(0, 1, 1.0) == 0 for one in (told, other, told)] == [True, True, False]


def test_residents_that_keys_ask_about_are_counted_for_all_workers_and_apart_from_requests(tmp_path):
    told = settings(tmp_path / "spool", 2)
    first, second = reads_of(told), reads_of(told)

    assert [first.wait(0, 1 / 3_600, 5_000.0, 3_600.0), rate_of(told).wait(0, 1, 1.0)] == [0.0, 0.0]
    assert second.wait(0, 1 / 3_600, 5_000.0, 3_600.0) > 0


def test_services_with_folders_of_their_own_share_nothing(tmp_path):
    for name in ("one", "other"):
        rate = rate_of(settings(tmp_path / name, 1))
        assert [rate.wait(0, 1, 1.0) == 0 for _ in range(3)] == [True, True, False]


def test_a_service_that_is_started_anew_counts_from_zero_though_its_processes_have_the_same_numbers(tmp_path):
    before = metrics_of(settings(tmp_path, 2, "before"))
    before.count(0, 200, 0.1, 3)
    file = before._tally._file
    del before  # and its memory with it, as the system does for a process that died
    os.close(file)
    assert b'{route="predict"} 3.0' not in metrics_of(settings(tmp_path, 2, "after")).text("needs", 0.0)
    assert len(list((tmp_path / "shared").glob("*.tally"))) == 1


def test_several_workers_share_numbers_under_the_spool(tmp_path):
    told = settings(tmp_path, 2)
    one, other = metrics_of(told), metrics_of(told)
    assert isinstance(one._tally, Shared)
    one.count(0, 200, 0.1, 3)
    assert b'segmentation_residents_scored_total{route="predict"} 3.0' in other.text("needs", 0.0)
    spent, seen = rate_of(told), rate_of(told)
    assert [spent.wait(0, 1, 1.0), spent.wait(0, 1, 1.0)] == [0.0, 0.0]
    assert seen.wait(0, 1, 1.0) > 0


def test_bytes_of_events_that_wait_are_those_of_the_spools(tmp_path):
    (tmp_path / "a.spool").write_bytes(b"12345")
    (tmp_path / "b.spool").write_bytes(b"123")
    (tmp_path / "other").write_bytes(b"1")
    assert b"segmentation_access_waiting_bytes 8.0" in metrics_of(settings(tmp_path, 1)).text("needs", 0.0)


# ---- Workers of a real service ------------------------------------------------------------------------


@pytest.fixture
def today(tmp_path):
    """An office whose ledger was begun just now, for a service that has the clock of this machine."""
    office = Office.opened(tmp_path / "office", now=datetime.now(UTC))
    office.approve(1)
    return office


def get(service, path, key):
    """Ask over a connection of its own, which the system hands to one of the workers."""
    asked = HTTPConnection("127.0.0.1", service.port, timeout=30)
    asked.request("GET", path, headers={"X-API-Key": key})
    found = asked.getresponse()
    answer = found.status, found.read().decode()
    asked.close()
    return answer


def counted(service, key):
    """Return how often the model was told, and how many workers serve it, as some worker says."""
    _, text = get(service, "/metrics", key)
    told = re.search(r'requests_total\{route="model",status="200"\} (\d+)', text)
    serving = re.search(r'workers_serving\{model="\w+",version="1"\} (\d+)', text)
    return int(told[1]) if told else 0, int(serving[1]) if serving else 0


@pytest.mark.slow
def test_any_worker_tells_what_all_counted_also_what_one_that_was_killed_had(today):
    key = today.issue()
    with Service.command(today, "--workers", "2") as service:
        assert eventually(lambda: counted(service, key)[1] == 2)
        for _ in range(20):
            assert get(service, "/v1/model", key)[0] == 200
        assert {counted(service, key) for _ in range(10)} == {(20, 2)}
        first = service.workers()
        os.kill(first[0], signal.SIGKILL)
        assert eventually(lambda: counted(service, key)[1] == 2 and first[0] not in service.workers())
        assert counted(service, key)[0] == 20


@pytest.mark.slow
def test_more_workers_do_not_mean_more_requests_for_a_key(today):
    key, watching = today.issue(per_second=5), today.issue()
    with Service.command(today, "--workers", "2") as service:
        assert eventually(lambda: counted(service, watching)[1] == 2)
        began = time.monotonic()
        statuses = [get(service, "/v1/model", key)[0] for _ in range(60)]
        seconds = time.monotonic() - began
    assert set(statuses) <= {200, 429}
    assert 10 <= statuses.count(200) <= 10 + 5 * seconds + 1
