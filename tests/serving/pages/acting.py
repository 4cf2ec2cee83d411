"""People who act through the pages: a form, what is signed, and the signature, as a browser sends them."""

from dataclasses import dataclass
from datetime import date, timedelta

from segmentation.ledger.notes import Note
from segmentation.reviews.waivers import blocking_of
from serving.pages.deciding import deciding
from serving.pages.render import rendered
from serving.pages.visit import Shown
from tests.serving.pages.made import MODEL, PASSPHRASE, blocked

WHY = "Looked into with the duty manager; a visit is planned."


@dataclass
class Acting:
    """What one person sends of one act about one version."""

    desk: object
    name: str
    action: str
    version: int = 1
    language: str = "zh"

    def visit(self, route=None, **told):
        path = {"version": str(self.version)}
        route = route or self.action
        return self.desk.visit(self.name, self.language, route=route, path=path, **told)

    def ask(self):
        return deciding.ask(self.visit())

    def send(self, chosen=None, **form):
        chosen = {name: (value,) for name, value in form.items()} | (chosen or {})
        return deciding.answer(self.visit(f"sign_{self.action}", form=form, chosen=chosen))

    def preview(self, chosen=None, **form):
        told = {"step": "preview", "reason": "Looked at it."} | form
        if self.action == "approve":
            told.setdefault("until", (self.desk.office.clock.now.date() + timedelta(days=30)).isoformat())
        comments = tuple(note.key for note in self.notes() if note.kind == "comment")
        return self.send({"comment": comments} | (chosen or {}), **told)

    def sign(self, shown, passphrase=PASSPHRASE, **changed):
        return self.send(**{"step": "sign", "passphrase": passphrase} | fields(shown) | changed)

    def act(self, **form):
        """Go the whole way, and return where it leads."""
        return self.sign(self.preview(**form))

    def notes(self):
        return self.desk.pages.notes.of(self.name, MODEL, self.version)

    def note(self, kind, key, text=WHY, expires=None):
        bundle = self.desk.office.book.history().standing(MODEL, self.version, self.desk.office.clock())
        at = self.desk.office.clock()
        told = Note(kind, key, text, expires, at, bundle.submission.digests.bundle)
        self.desk.pages.notes.put(self.name, MODEL, self.version, told)

    def waive(self, until=date(2026, 6, 30), reason=WHY):
        for one in blocking_of(blocked(self.version).card):
            self.note("waiver", one.key, reason, until)

    def html(self, shown):
        assert isinstance(shown, Shown), shown
        return rendered(shown.page, self.visit(), here=f"/review/versions/{self.version}/{self.action}")


def fields(shown):
    """Return the hidden fields of a page before its signature."""
    return {one.name: one.text for one in shown.page.documents}


def state(desk, version=1):
    return desk.office.book.history().standing(MODEL, version, desk.office.clock()).state


def events(desk):
    return len(desk.office.book.history().events)
