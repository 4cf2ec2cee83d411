"""Every role and every stranger before every page: let in as the table says, and by nothing but a session."""

from dataclasses import replace
from datetime import timedelta

import pytest

from segmentation.ledger.sessions import Opened, Session, Sessions
from segmentation.reviews.people import add_person, change_person, remove_person
from segmentation.signing import PrivateKey
from serving.pages.entrance import csrf
from serving.pages.entrance.sessions import id_of
from serving.pages.table import ACTED, ACTIONS, ROLES, address, all_pages
from tests.reviews.office import TRAINED, Office
from tests.serving.pages.browsing import Browser, Site
from tests.serving.pages.made import PASSPHRASE, PLACES, PageOffice

PAGES = {route.name: route for route in all_pages()}
SIGN_IN = address("sign_in")
VISITOR = "visitor".ljust(43, "x")
OF_ROLE = {
    "trainer": "Tina",
    "compliance": "Carol",
    "business": "Bob",
    "administrator": "Adam",
    "monitor": "Mona",
    "compliance and business": "Both",
    "trainer and compliance": "Trainer 2",
}


class Street:
    """The site, and the token that everybody has who comes along."""

    def __init__(self, folder):
        self.office = Office.opened(folder)
        self.office.submit(1)
        self.desk = PageOffice(self.office)
        for name in ("Left", "Changed"):
            self.office.keys[name] = PrivateKey.generate()
            key = self.office.keys[name].public
            add_person(self.office.book, self.office.root, name, ("compliance",), TRAINED, public_key=key)
        self.site, self._written = Site(self.desk), 0
        self.tokens = {role: self.session(name) for role, name in OF_ROLE.items()} | self.strangers()

    def session(self, by="Carol", signer=None, **told):
        """Write a session into the database, as a sign-in does, or as who owns the database might.

        `told` changes what is signed; `row` what stands beside it.
        """
        self._written += 1
        now, token = self.office.clock(), f"session-{self._written}-".ljust(43, "x")
        row = told.pop("row", {})
        at = told.get("at", now)
        document = {
            "ledger": self.office.book.history().ledger,
            "session": id_of(token),
            "by": by,
            "key": self.office.keys[by].public.text,
            "at": at,
            "expires": at + timedelta(hours=10),
        } | told
        record = Opened(**document)
        signed = (signer or self.office.keys[by]).sign(record.content())
        written = Session(id_of(token), by, record.at, now, record.expires, signed)
        Sessions(self.desk.pages.ledger).open(replace(written, **row))
        return token

    def strangers(self):
        """Make sessions that count for nothing."""
        now, mine = self.office.clock(), PrivateKey.generate()
        ended, other = self.session(), self.session("Adam")
        Sessions(self.desk.pages.ledger).end(id_of(ended))
        found = {
            "nobody": None,
            "a token that was made up": "made-up".ljust(43, "x"),
            "signed out": ended,
            "over": self.session(at=now - timedelta(hours=11)),
            "idle": self.session(row={"seen": now - timedelta(minutes=31)}),
            "of another ledger": self.session(ledger="0" * 32),
            "signed by another key": self.session(signer=mine),
            "signed by another key that it names": self.session(signer=mine, key=mine.public.text),
            "of one person in the row of another": self.session("Tina", row={"person": "Adam"}),
            "of another's token": self.session(session=id_of(other)),
            "stretched in the database": self.session(
                at=now - timedelta(hours=11), row={"expires": now + timedelta(days=1)}
            ),
            "of a time to come": self.session(at=now + timedelta(hours=1)),
            "whose roles were taken away": self.session("Left"),
            "whose key was replaced": self.session("Changed"),
        }
        book, root = self.office.book, self.office.root
        remove_person(book, root, "Left")
        change_person(book, root, "Changed", public_key=PrivateKey.generate().public)
        return found

    def browser(self, token):
        return Browser(self.site, {} if token is None else {"segmentation": token})

    def ask(self, route, token):
        """Ask for a page, with a form that has a good token where it takes one."""
        path = route.path.format_map(PLACES)
        browser = self.browser(token)
        if route.method == "GET":
            return browser.get(f"{path}?language=en" if route.name == "language" else path)
        if route.name == "enter":
            browser.jar["segmentation-visitor"] = VISITOR
            told = {"csrf": csrf.token_of(VISITOR), "name": "Carol", "passphrase": PASSPHRASE}
            return browser.post(path, told)
        good = {} if token is None else {"csrf": csrf.token_of(token)}
        return browser.post(path, good)

    def ask_with(self, route, secret, form):
        """Send a form as it is given, from a browser that keeps a secret."""
        name = "segmentation-visitor" if route.name == "enter" else "segmentation"
        path = route.path.format_map(PLACES)
        return Browser(self.site, {name: secret}).post(path, form)


@pytest.fixture(scope="module")
def street(tmp_path_factory):
    made = Street(tmp_path_factory.mktemp("street"))
    yield made
    made.site.close()
    made.desk.pages.close()
    made.office.book.close()


def is_let_in(found):
    """Whether an answer is that of the page, whatever it is."""
    to_sign_in = found.status == 303 and found.headers["location"].startswith(f"{SIGN_IN}?")
    return found.status < 500 and found.status != 403 and not to_sign_in


STRANGERS = (
    "nobody",
    "a token that was made up",
    "signed out",
    "over",
    "idle",
    "of another ledger",
    "signed by another key",
    "signed by another key that it names",
    "of one person in the row of another",
    "of another's token",
    "stretched in the database",
    "of a time to come",
    "whose roles were taken away",
    "whose key was replaced",
)


@pytest.mark.parametrize("who", OF_ROLE)
@pytest.mark.parametrize("name", PAGES)
def test_a_role_is_let_in_where_the_table_says_so_and_nowhere_else(street, name, who):
    route, person = PAGES[name], OF_ROLE[who]
    roles = street.office.book.history().people[person].roles
    token = street.session(person) if name in {"enter", "leave"} else street.tokens[who]
    found = street.ask(route, token)
    assert is_let_in(found) == (route.roles is None or bool(set(route.roles) & set(roles)))
    if not is_let_in(found):
        assert found.status == 403
        assert "仅以下角色可执行此操作" in found.text


@pytest.mark.parametrize("who", STRANGERS)
@pytest.mark.parametrize("name", PAGES)
def test_nothing_but_a_session_that_counts_lets_anybody_in(street, name, who):
    route = PAGES[name]
    found = street.ask(route, street.tokens[who])
    assert is_let_in(found) == (route.roles is None)
    if route.roles is not None and route.method == "GET":
        assert found.status == 303
        assert found.headers["location"].startswith(f"{SIGN_IN}?next=")
    elif route.roles is not None:
        assert found.status == 403
        assert "您已不在登录状态" in found.text


def test_every_stranger_is_one_of_a_kind_and_every_role_is_there(street):
    assert set(street.tokens) == {*OF_ROLE, *STRANGERS}
    people = street.office.book.history().people
    assert {role for name in OF_ROLE.values() for role in people[name].roles} == set(ROLES)


@pytest.mark.parametrize("name", [name for name, route in PAGES.items() if route.method == "POST"])
def test_no_form_is_taken_without_the_token_of_its_own_session(street, name):
    route = PAGES[name]
    token = street.tokens["compliance and business"] if name != "enter" else VISITOR
    if route.roles is not None and not {"compliance", "business"} & set(route.roles):
        token = street.tokens["administrator"]
    good = csrf.token_of(token)
    wrong = [
        {},
        {"csrf": ""},
        {"csrf": "x" * 86},
        {"csrf": good[:-1]},
        {"csrf": good[:43] * 2},
        {"csrf": good.swapcase()},
        {"csrf": csrf.token_of(street.tokens["trainer"])},
        {"csrf": [good, ""]},
        {"CSRF": good},
    ]
    for form in wrong:
        found = street.ask_with(route, token, form)
        assert found.status == 403
        assert "表单并非由本次登录提交" in found.text


@pytest.mark.parametrize(
    "headers",
    [
        ((b"sec-fetch-site", b"cross-site"),),
        ((b"sec-fetch-site", b"same-site"),),
        ((b"origin", b"https://elsewhere.example"),),
        ((b"origin", b"http://127.0.0.1:8001"),),
        ((b"origin", b"null"),),
    ],
)
def test_a_form_that_another_site_sent_is_not_taken_even_with_a_good_token(street, headers):
    token = street.tokens["compliance"]
    browser = street.browser(token)
    browser.origin = headers
    assert browser.post("/review/versions/1/notes", {"csrf": csrf.token_of(token)}).status == 403
    browser.origin = ((b"origin", b"http://127.0.0.1:8000"),)
    assert browser.post("/review/versions/1/notes", {"csrf": csrf.token_of(token)}).status != 403


def test_what_is_done_to_a_version_is_asked_for_on_one_page_and_signed_on_another():
    assert set(ACTED) == {*ACTIONS, *(f"sign_{action}" for action in ACTIONS)}
    assert all(ACTED[f"sign_{action}"] == ACTED[action] == action for action in ACTIONS)
    assert PAGES["home"].action is None
