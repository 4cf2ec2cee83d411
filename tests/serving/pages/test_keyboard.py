"""The whole way by keyboard alone: sign in, read, waive, approve, sign out; and who has the focus is seen."""

import pytest

from serving.pages.table import address
from tests.reviews.office import MODEL
from tests.serving.pages.browser import LANGUAGES, browsed
from tests.serving.pages.made import PASSPHRASE
from tests.serving.pages.walk import open_all

pytestmark = browsed
FOCUSED = """async () => {
    const frame = () => new Promise(done => requestAnimationFrame(done));
    for (let left = 3; left > 0; left--) await frame();  // a browser scrolls after it gave the focus
    const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one);
    const ringed = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
    return {
        tag: one.tagName, name: one.getAttribute('name') || '', href: one.getAttribute('href') || '',
        value: one.getAttribute('value') || '', id: one.id, text: one.textContent.trim(),
        action: one.form ? one.form.action : '',
        inside: box.bottom > 0 && box.top < innerHeight && box.width > 0,
        seen: ringed || style.boxShadow !== 'none', where: one.closest('[id]') ? one.closest('[id]').id : '',
    };
}"""
MOST = 400
"""Presses of Tab until somebody gives up."""


class Keyboard:
    """A person who has no mouse."""

    def __init__(self, page):
        self.page = page

    def focused(self):
        return self.page.evaluate(FOCUSED)

    def reach(self, wanted):
        """Press Tab until something has the focus; it is always to be seen where the focus is."""
        for _ in range(MOST):
            self.page.keyboard.press("Tab")
            found = self.focused()
            if found["tag"] == "BODY":
                continue
            assert found["seen"], f"nobody sees that {found} has the focus"
            assert found["inside"], f"{found} has the focus outside of what is shown"
            if wanted(found):
                return found
        raise AssertionError(f"the keyboard never gets there; it ends at {self.focused()}")

    def type(self, name, text):
        """Type into a field."""
        self.reach(lambda one: one["name"] == name)
        self.page.keyboard.type(text)

    def enter(self):
        """Press Enter, and wait for the page that follows."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def follow(self, path):
        """Reach a link and follow it."""
        self.reach(lambda one: one["href"].split("#")[0] == path)
        self.enter()

    def press_button(self, value):
        """Reach a button by its value and press it."""
        self.reach(lambda one: one["tag"] == "BUTTON" and one["value"] == value)
        self.enter()

    def day(self, name, day):
        """Fill in a day, in the order in which this browser has its parts."""
        self.reach(lambda one: one["name"] == name)
        for order in ("%m%d%Y", "%d%m%Y", "%Y%m%d"):
            self.page.keyboard.type(day.strftime(order))
            if self.page.evaluate("document.activeElement.value") == day.isoformat():
                return
            for _ in range(2):
                self.page.keyboard.press("ArrowLeft")
        raise AssertionError("this browser takes no day that is typed")


def waive_all(keys, page, text, day):
    """Waive what blocks, group after group, as long as one is open."""
    for number in range(1, page.locator("details.waive").count() + 1):
        keys.reach(lambda one, of=f"waive-{number}": one["tag"] == "SUMMARY" and one["where"] == of)
        page.keyboard.press("Enter")
        keys.reach(lambda one: one["tag"] == "TEXTAREA" and one["name"] == "reason")
        page.keyboard.type(text)
        keys.day("until", day)
        keys.press_button("every")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_version_is_approved_by_keyboard_alone(furnished, tabs_of, language):
    from datetime import timedelta

    day = furnished.office.clock.now.date() + timedelta(days=30)
    with tabs_of(furnished) as open_tab:
        tab = open_tab(language, reduced_motion="reduce")
        page, keys = tab.page, Keyboard(tab.page)
        tab.go("sign_in")
        if language == "en":
            keys.reach(lambda one: "language=en" in one["href"])
            keys.enter()
        keys.type("name", "Carol")
        keys.type("passphrase", PASSPHRASE)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{address('start')}*")
        keys.follow(address("version", version=9))
        waive_all(keys, page, "Looked into at the doors; a visit is planned for this month.", day)
        keys.follow(address("approve", version=9))
        keys.type("reason", "Read all of it.")
        keys.reach(lambda one: one["tag"] == "BUTTON" and one["action"].endswith("/approve"))
        keys.enter()
        keys.type("passphrase", PASSPHRASE)
        keys.press_button("sign")
        keys.reach(lambda one: one["tag"] == "BUTTON" and one["action"].endswith("/sign-out"))
        keys.enter()

        assert tab.at().startswith(address("sign_in"))
    (approved,) = furnished.office.desk.standing(MODEL, 9).approvals
    assert (approved.action, approved.by, approved.reason) == ("approve", "Carol", "Read all of it.")
    assert {waiver.expires for waiver in approved.waivers} == {day}


def test_the_first_press_leads_past_the_head_of_the_page(furnished, tabs_of):
    with tabs_of(furnished) as open_tab:
        tab = open_tab()
        tab.sign_in("Carol")
        tab.go("ledger")
        tab.page.keyboard.press("Tab")
        assert Keyboard(tab.page).focused()["href"] == "#main"
        tab.page.keyboard.press("Enter")
        after = Keyboard(tab.page).reach(lambda _: True)

    assert after["action"] == "" or not after["action"].endswith("/sign-out")
    assert after["text"]


@pytest.mark.parametrize("name", ["start", "version", "compare", "ledger", "words", "approve"])
def test_the_focus_is_seen_wherever_it_goes(furnished, tabs_of, name):
    of = {"version": 9} if name in {"version", "approve"} else {}
    with tabs_of(furnished) as open_tab:
        tab = open_tab("en", reduced_motion="reduce")
        tab.sign_in("Carol")
        tab.go(name, **of)
        open_all(tab)
        order = tab.page.evaluate("[...document.querySelectorAll('[tabindex]')].map(one => one.tabIndex)")
        keys = Keyboard(tab.page)
        reached = [keys.reach(lambda _: True) for _ in range(30)]

    assert max([0, *order]) == 0
    assert len(reached) == 30


def test_a_focus_that_nobody_sees_is_found(browser):
    page = browser.new_page()
    page.set_content("<style>a { outline: none }</style><a href='#x'>here</a>")
    with pytest.raises(AssertionError, match="nobody sees"):
        Keyboard(page).reach(lambda one: one["href"] == "#x")
    page.close()
