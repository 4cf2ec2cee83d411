"""The classification table: every segment that was given, the newest by number, none beyond its time."""

from datetime import UTC, datetime, timedelta

import pytest

from segmentation.errors import LedgerError, PurposeError, VaultError
from segmentation.ledger.personal.entries import Entry, micros
from segmentation.ledger.personal.segments import By, Placed, Segments, batch_of
from segmentation.ledger.personal.tables import segments

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
PURPOSE, MODEL = "service_planning", "resident_needs"
BY = By(PURPOSE, MODEL, 3, timedelta(days=730))
PLACED = Placed("S2", 0.25, borderline=False, decision="sha256:d", imputed=("repairs",))


@pytest.fixture
def table(records):
    return Segments(records)


@pytest.fixture
def resident(table):
    return table._records.keyring.subject_of("R-1")


def placed(segment):
    return Placed(segment, 0.5, borderline=False, decision="sha256:d")


def test_what_is_kept_is_told_again(table, resident):
    table.keep(resident, PLACED, BY, "Test", NOW)

    (found,) = table.history(resident, PURPOSE)
    assert found == table.current(resident, PURPOSE, MODEL, NOW)
    assert (found.segment, found.margin, found.borderline) == ("S2", 0.25, False)
    assert (found.model, found.version, found.decision) == (MODEL, 3, "sha256:d")
    assert (found.at, found.expires, found.imputed) == (NOW, NOW + timedelta(days=730), ("repairs",))


@pytest.mark.parametrize(
    ("collected", "expires"),
    [
        (NOW, NOW + timedelta(days=730)),
        (NOW + timedelta(days=9), NOW + timedelta(days=730)),
        (NOW - timedelta(days=1), datetime(2028, 11, 19, tzinfo=UTC)),
        (NOW - timedelta(days=730), datetime(2026, 11, 21, tzinfo=UTC)),
        (NOW - timedelta(days=731), datetime(2026, 11, 20, tzinfo=UTC)),
    ],
    ids=["now", "to come", "yesterday", "its last day", "over"],
)
def test_days_count_from_the_day_of_collection_and_end_with_the_last_one(table, resident, collected, expires):
    table.keep(resident, PLACED, BY, "Test", NOW, collected=collected)
    (row,) = batch_of([(resident, PLACED)], BY, NOW, [micros(collected)]).more

    (found,) = table.history(resident, PURPOSE)
    assert found.expires == expires
    assert row == (MODEL, 3, micros(expires))
    assert batch_of([(resident, PLACED)], BY, NOW).more == [(MODEL, 3, micros(NOW + timedelta(days=730)))]


def test_scoring_anew_keeps_history_and_the_newest_holds(table, resident):
    table.keep(resident, placed("S1"), BY, "Test", NOW)
    table.keep(resident, placed("S2"), BY._replace(version=4), "Test", NOW + timedelta(days=1))

    assert [(one.segment, one.version) for one in table.history(resident, PURPOSE)] == [("S1", 3), ("S2", 4)]
    assert table.current(resident, PURPOSE, MODEL, NOW).segment == "S2"


def test_the_newest_holds_where_a_clock_was_set_back(table, resident):
    table.keep(resident, placed("S1"), BY, "Test", NOW)
    table.keep(resident, placed("S2"), BY, "Test", NOW - timedelta(days=1))

    assert table.current(resident, PURPOSE, MODEL, NOW).segment == "S2"


def test_a_segment_is_not_told_beyond_its_time_nor_under_another_purpose_or_model(table, resident):
    table.keep(resident, PLACED, BY, "Test", NOW)
    end = NOW + BY.retention

    assert table.current(resident, PURPOSE, MODEL, end - timedelta(microseconds=1)) is not None
    assert table.current(resident, PURPOSE, MODEL, end) is None
    assert table.current(resident, "fairness_audit", MODEL, NOW) is None
    assert table.current(resident, PURPOSE, "housing_needs", NOW) is None


def test_nothing_is_told_of_a_resident_of_whom_nothing_is_kept(table, resident):
    assert table.history(resident, PURPOSE) == ()
    assert table.current(resident, PURPOSE, MODEL, NOW) is None


def test_who_was_erased_in_the_same_moment_gets_no_segment(table, resident, erased_meanwhile):
    with pytest.raises(LedgerError, match="No segment was kept"):
        table.keep(resident, PLACED, BY, "Test", NOW)
    assert table.history(resident, PURPOSE) == ()


def test_who_was_placed_at_a_time_is_found(table):
    subjects = [table._records.keyring.subject_of(f"R-{at}") for at in range(4)]
    for at, subject in enumerate(subjects[:3]):
        table.keep(subject, PLACED, BY, "Test", NOW + timedelta(seconds=at))
    times = [micros(NOW), micros(NOW + timedelta(seconds=2))]

    assert table.kept_at(subjects, PURPOSE, MODEL, times) == {subjects[0], subjects[2]}
    assert table.kept_at(subjects, PURPOSE, "housing_needs", times) == set()
    assert table.kept_at(subjects, PURPOSE, MODEL, []) == set()


def test_a_row_that_holds_something_else_is_named(table, resident):
    records = table._records
    entry = Entry(resident, micros(NOW), b"{}", (MODEL, 1, 0))
    records.append(segments, PURPOSE, [entry], records.ensured([resident], NOW), "Test", NOW)

    with pytest.raises(VaultError, match="Row 1 of segments opens and holds no segment"):
        table.history(resident, PURPOSE)


def test_no_value_of_a_segment_stands_in_the_clear(table, resident, sql):
    table.keep(resident, Placed("S-planted", 0.25, False, "sha256:planted"), BY, "Test", NOW)

    (row,) = sql("SELECT * FROM segments")
    told = b"".join(
        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in row
    )
    assert b"planted" not in told


def test_who_may_not_be_placed_any_more_when_it_is_written_is_not(table, resident):
    table._records.ensured([resident], NOW)

    def still(look):
        assert look.of(segments, PURPOSE, resident) == []
        raise PurposeError("No more.", reason="consent_withdrawn")

    with pytest.raises(PurposeError):
        table.keep(resident, PLACED, BY, "Test", NOW, still)
    assert table.history(resident, PURPOSE) == ()
    table.keep(resident, PLACED, BY, "Test", NOW, lambda _: None)
    assert len(table.history(resident, PURPOSE)) == 1


def test_what_rests_on_a_consent_makes_no_key(table, resident):
    with pytest.raises(LedgerError, match="No segment was kept"):
        table.keep(resident, PLACED, BY, "Test", NOW, lambda _: None)
    assert table._records.keys([resident]) == {}
