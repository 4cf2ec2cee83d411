"""A walk past every page with data in it: each state, form and refusal; for what must hold everywhere."""

from dataclasses import dataclass

from tests.reviews.office import MODEL
from tests.serving.pages.browser import LONG, STATES

ACTED = {
    "approve": (9, 8),
    "request_changes": (9,),
    "reject": (9,),
    "revoke": (6,),
    "suspend": (6,),
    "resume": (6,),
    "comment": (9,),
}
"""Versions whose forms are looked at: also those where the act is not to be had."""
OPEN = frozenset({"home", "sign_in", "enter", "leave", "language", "static"})
FILES = frozenset({"dossier", "ledger_csv", "ledger_json", "resident_json", "resident_page"})
"""What a browser keeps, and does not show."""


@dataclass(frozen=True)
class Station:
    """A page that is shown now.

    Attributes
    ----------
    label : str
        What it is, for a message and a picture.
    tab : Tab
    status : int or None
        Of a page that was opened by its address.
    """

    label: str
    tab: object
    status: int | None = None


def walk(open_tab, desk, **told):
    """Yield every page as a browser shows it; `told` is of the browser."""
    yield from outside(open_tab(**told))
    carol = open_tab(**told)
    carol.sign_in("Carol")
    yield Station("signed-in", carol)
    yield from reading(carol)
    yield from acting(carol)
    yield from noting(carol)
    yield from others(open_tab, **told)
    desk.office.desk.suspend(MODEL, 6, signer=desk.office.signer("Bob"), reason=LONG)
    for name, of in (("start", {}), ("version", {"version": 6}), ("resume", {"version": 6})):
        yield Station(f"suspended-{name}", carol, carol.go(name, **of))


def outside(tab):
    """Yield what anybody sees."""
    yield Station("sign-in", tab, tab.go("sign_in"))
    tab.speak(tab.language)
    tab.go("start")
    yield Station("sign-in-asked", tab)
    tab.sign_in("Carol", "not the passphrase")
    yield Station("sign-in-wrong", tab)
    for _ in range(6):
        tab.sign_in("Nobody", "not the passphrase")
    yield Station("sign-in-locked", tab)
    yield Station("not-there", tab, tab.page.goto(f"{tab.base}/review/none").status)


def reading(tab):
    """Yield what is read."""
    for name in ("start", "words", "ledger", "compare"):
        yield Station(name, tab, tab.go(name))
    for version, state in STATES.items():
        yield Station(f"version-{version}-{state}", tab, tab.go("version", version=version))
    asked = {"compared": (6, 9), "compared-itself": (6, 6), "compared-none": (6, 99)}
    for label, (before, after) in asked.items():
        query = {"before": before, "after": after}
        yield Station(label, tab, tab.go("compare", query=query))
    yield Station("no-such-version", tab, tab.go("version", version=99))
    yield Station("ledger-filtered", tab, tab.go("ledger", query={"version": 9}))


def acting(tab):
    """Yield the forms of acts, what is wrong in them, and what is signed."""
    for action, versions in ACTED.items():
        for version in versions:
            yield Station(f"{action}-{version}", tab, tab.go(action, version=version))
    tab.act(9, "approve")
    yield Station("approve-wrong", tab)
    tab.act(9, "reject", reason="")
    yield Station("reject-wrong", tab)
    tab.act(9, "reject", reason=LONG)
    yield Station("reject-preview", tab)
    tab.sign("not the passphrase")
    yield Station("reject-passphrase-wrong", tab)


def noting(tab):
    """Yield a version with notes on it, and with forms that cannot be taken."""
    for number, text in ((1, LONG), (2, "")):
        tab.go("version", version=9)
        open_all(tab)
        form = tab.page.locator('form[action*="/notes"]:has([name=text])').nth(number)
        form.locator("[name=text]").fill(text)
        form.evaluate("form => form.noValidate = true")
        with tab.page.expect_navigation():
            form.locator("button").first.click()
        yield Station("note-wrong" if not text else "note-kept", tab)
    yield Station("comment-with-notes", tab, tab.go("comment", version=9))
    for reason, label in (("Short.", "waiver-wrong"), (LONG, "waiver-kept")):
        tab.go("version", version=9)
        open_all(tab)
        group = tab.page.locator("details.waive").first
        group.locator("form").first.evaluate("form => form.noValidate = true")
        group.locator("textarea").fill(reason)
        group.locator("input[type=date]").fill(group.locator("input[type=date]").get_attribute("max"))
        with tab.page.expect_navigation():
            group.locator("button[name=what][value=every]").click()
        yield Station(label, tab)
    yield Station("approve-with-notes", tab, tab.go("approve", version=9))


def others(open_tab, **told):
    """Yield what other people see, and what is not for them."""
    tina, both, adam = (open_tab(**told) for _ in range(3))
    for tab, name in ((tina, "Tina"), (both, "Both"), (adam, "Adam")):
        tab.sign_in(name)
        yield Station(f"start-{name}", tab)
    yield Station("not-for-you", tina, tina.go("ledger"))
    yield Station("version-9-Tina", tina, tina.go("version", version=9))
    yield Station("approve-8-Both", both, both.go("approve", version=8))
    yield Station("approve-9-Both", both, both.go("approve", version=9))
    yield Station("revoke-6-Adam", adam, adam.go("revoke", version=6))


def open_all(tab):
    """Open everything that is folded away."""
    tab.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
