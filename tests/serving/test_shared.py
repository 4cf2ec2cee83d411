"""What workers share, as the settings say."""

from serving.settings import Settings
from serving.shared import metrics_of, rate_of
from serving.tally import Alone, Shared


def settings(folder, workers):
    return Settings("needs", None, folder, workers=workers)


def test_one_worker_shares_nothing_and_writes_no_file(tmp_path):
    told = settings(tmp_path / "spool", 1)
    rate_of(told).wait(0, 1, 1.0)
    assert isinstance(metrics_of(told)._tally, Alone)
    assert not (tmp_path / "spool").exists()


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
