"""Who is signed in: sessions are kept and end, and none counts that its person did not sign."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from segmentation.ledger.sessions import LONGEST, Opened, Session, Sessions, counts
from segmentation.signing import PrivateKey, Signed
from tests.signed import LEDGER, Cast

ID = sha256(b"a token").hexdigest()
OTHER = sha256(b"another").hexdigest()
IDLE, DAY = timedelta(minutes=30), timedelta(hours=8)


@pytest.fixture
def cast():
    return Cast.assembled()


def opened(cast, name="Carol", token=ID, *, key=None, lasting=DAY, **changed):
    """Return a session as it is made when somebody signs in."""
    at = cast.now
    told = {
        "ledger": LEDGER, "session": token, "by": name, "key": cast.keys[name].public.text, "at": at,
        "expires": at + lasting,
    }  # fmt: skip
    record = Opened(**(told | changed))
    signed = (key or cast.keys[name]).sign(record.content())
    return Session(token, name, at, at, at + lasting, signed)


def judged(cast, session, after=timedelta(0), **changed):
    return counts(replace(session, **changed), cast.history, cast.now + after, IDLE)


# ---- Kept ---------------------------------------------------------------------------------------------


@pytest.fixture
def sessions(ledger):
    return Sessions(ledger)


def test_a_session_is_found_as_it_was_opened_and_ends(cast, sessions):
    session = opened(cast)
    sessions.open(session)
    sessions.open(opened(cast, token=OTHER))

    assert sessions.find(ID) == session
    sessions.end(ID)
    assert sessions.find(ID) is None
    assert sessions.find(OTHER) is not None


def test_everything_of_one_person_ends_at_once(cast, sessions):
    sessions.open(opened(cast))
    sessions.open(opened(cast, "Bob", OTHER))

    sessions.end_all("Carol")

    assert (sessions.find(ID), sessions.find(OTHER).person) == (None, "Bob")


def test_that_a_session_is_in_use_is_written_once_a_minute(cast, sessions):
    sessions.open(opened(cast))
    seen = []
    for seconds in (30, 59, 60, 90, 125):
        sessions.touch(ID, cast.now + timedelta(seconds=seconds))
        seen.append((sessions.find(ID).seen - cast.now).seconds)

    assert seen == [0, 0, 60, 60, 125]


def test_a_session_that_ended_is_not_brought_back_by_its_use(cast, sessions):
    sessions.touch(ID, cast.now)

    assert sessions.find(ID) is None


def test_what_is_over_is_swept(cast, sessions):
    sessions.open(opened(cast))
    sessions.open(opened(cast, token=OTHER, lasting=timedelta(hours=1)))

    sessions.sweep(cast.now + timedelta(hours=1))

    assert (sessions.find(ID) is None, sessions.find(OTHER)) == (False, None)


@pytest.mark.parametrize("column", ["opened", "seen", "expires"])
@pytest.mark.parametrize("value", ["'never'", "''", "'2026-07-01T08:00:00'"])
def test_a_row_that_this_program_did_not_write_is_no_session(cast, sessions, sql, column, value):
    sessions.open(opened(cast))
    sql(f"UPDATE sessions SET {column} = {value}")

    assert sessions.find(ID) is None


def test_sessions_are_no_concern_of_the_guards(cast, sessions, ledger):
    sessions.open(opened(cast))
    sessions.end(ID)

    ledger.check_guards()


# ---- Counting -----------------------------------------------------------------------------------------


def test_a_session_counts_that_its_person_signed(cast):
    session = opened(cast)

    assert judged(cast, session) is None
    assert judged(cast, session, DAY - timedelta(seconds=1), seen=cast.now + DAY) is None


def test_it_is_over_when_it_expires(cast):
    assert judged(cast, opened(cast), DAY, seen=cast.now + DAY) == "over"


def test_it_lasts_no_longer_than_a_day_whatever_was_signed(cast):
    assert judged(cast, opened(cast, lasting=LONGEST)) is None
    assert judged(cast, opened(cast, lasting=LONGEST + timedelta(seconds=1))) == "over"


def test_it_is_idle_when_nobody_used_it(cast):
    assert judged(cast, opened(cast), IDLE) is None
    assert judged(cast, opened(cast), IDLE + timedelta(seconds=1)) == "idle"


def test_it_is_not_of_the_future_but_for_a_clock_that_is_a_little_ahead(cast):
    assert judged(cast, opened(cast), -timedelta(minutes=1)) is None
    assert judged(cast, opened(cast), -timedelta(minutes=2)) == "ahead"


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param(lambda cast: opened(cast, key=PrivateKey.generate()), id="another key"),
        pytest.param(lambda cast: opened(cast, key=cast.keys["Bob"]), id="the key of somebody else"),
        pytest.param(lambda cast: opened(cast, ledger=LEDGER.replace("1", "2")), id="another ledger"),
        pytest.param(
            lambda cast: replace(opened(cast), signed=Signed(opened(cast).signed.document, "")),
            id="no signature",
        ),
    ],
)
def test_nobody_signs_in_by_writing_the_database(cast, forged):
    assert judged(cast, forged(cast)) == "unsigned"


def test_the_record_of_a_person_who_was_never_entered_counts_for_nobody(cast):
    cast.keys["Zoe"] = PrivateKey.generate()

    assert judged(cast, opened(cast, "Zoe")) == "unsigned"


@pytest.mark.parametrize(
    "changed",
    [
        {"id": OTHER},
        {"person": "Bob"},
        {"opened": "later"},
        {"expires": "later"},
        {"signed": Signed("{}", "")},
        {"signed": Signed("[" * 9999, "")},
        {"signed": "with spaces"},
        {"signed": "a decision"},
    ],
    ids=["id", "person", "opened", "expires", "no record", "no JSON", "not canonical", "another record"],
)
def test_a_row_that_says_something_else_than_was_signed_does_not_count(cast, changed):
    session = opened(cast)
    document = session.signed.document.replace(",", ", ")
    values = {
        "later": cast.now + timedelta(hours=9),
        "with spaces": Signed(document, session.signed.signature),
        "a decision": cast.decision("submit", "Carol").signed,
    }
    told = {name: values.get(one, one) if isinstance(one, str) else one for name, one in changed.items()}

    assert judged(cast, session, **told) == "altered"


def test_it_ends_when_the_person_changes_their_key(cast):
    session = opened(cast)
    cast.keys["Carol"] = PrivateKey.generate()
    cast.enter("Carol", ("compliance",))

    assert judged(cast, session) == "unsigned"


def test_it_ends_when_the_person_holds_no_role_any_more(cast):
    session = opened(cast)
    cast.enter("Carol", ())

    assert judged(cast, session) == "nobody"
