"""Who is signed in, in each kind of database; `test_table` has every session that does not count."""

from datetime import timedelta

from segmentation.reviews.people import change_person
from serving.pages.entrance.sessions import Porter, id_of


def test_a_token_is_of_who_it_was_given_to_until_they_leave(desk_at):
    office, porter = desk_at.office, Porter(desk_at.pages)
    history, now = office.book.history(), office.clock()
    token = porter.let_in(office.signer("Carol"), history, now)
    person = porter.who(token, history, now)
    assert (person.name, person.roles, person.session) == ("Carol", ("compliance",), id_of(token))
    assert person.until == now + timedelta(hours=10)
    assert porter.who("x" * 43, history, now) is None
    porter.let_out(id_of(token))
    assert porter.who(token, history, now) is None


def test_tokens_are_long_and_no_two_are_alike(desk):
    office, porter = desk.office, Porter(desk.pages)
    history, now = office.book.history(), office.clock()
    tokens = {porter.let_in(office.signer("Carol"), history, now) for _ in range(20)}
    assert len(tokens) == 20
    assert {len(token) for token in tokens} == {43}


def test_the_roles_are_those_of_the_ledger_at_the_moment(desk):
    office, porter = desk.office, Porter(desk.pages)
    token = porter.let_in(office.signer("Carol"), office.book.history(), office.clock())
    change_person(office.book, office.root, "Carol", roles=("business",))
    assert porter.who(token, office.book.history(), office.clock()).roles == ("business",)


def test_what_is_over_is_swept_when_somebody_signs_in(desk):
    office, porter = desk.office, Porter(desk.pages)
    history, now = office.book.history(), office.clock()
    old = porter.let_in(office.signer("Carol"), history, now)
    porter.let_in(office.signer("Bob"), history, now + timedelta(hours=11))
    assert porter._sessions.find(id_of(old)) is None


def test_a_passphrase_is_counted_before_it_is_tried_and_forgotten_where_it_fits(desk):
    porter, now = Porter(desk.pages), desk.office.clock()
    for _ in range(2):
        for _ in range(4):
            assert porter.counted("sign in", "Carol", now) is None
        porter.cleared("sign in", "Carol", now)
    found = [porter.counted("sign in", "Carol", now + timedelta(seconds=n)) for n in range(7)]
    assert found == [None] * 5 + [now + timedelta(minutes=15, seconds=4)] * 2
