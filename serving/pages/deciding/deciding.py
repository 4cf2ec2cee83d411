"""Acting on a version in two steps: what somebody wants to say, and what they then sign of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from segmentation.errors import BundleError, PolicyError, ReviewError
from segmentation.ledger.track import day_of
from segmentation.reviews.refusals import Told, refusal_told
from serving.pages.deciding.asked import asking
from serving.pages.deciding.matter import matter_of
from serving.pages.deciding.outlook import outlook_of
from serving.pages.deciding.passing import terms_of
from serving.pages.deciding.previewed import preview_of
from serving.pages.deciding.sealing import seal
from serving.pages.deciding.typed import DecisionForm, Slip, slips_of, slips_of_day
from serving.pages.deciding.writing import fits, sent_back, typed_of, written
from serving.pages.declined import REFUSED, TO_MEND, UNSAID
from serving.pages.page import msg
from serving.pages.visit import Declined, Shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segmentation.ledger.records import Role
    from serving.pages.deciding.matter import Matter
    from serving.pages.deciding.outlook import Outlook
    from serving.pages.visit import Answer, Visit

TOO_LONG = msg(
    "What you wrote is too long to be signed in a browser. Write shorter reasons, or sign with "
    "`segmentation review`."
)


def ask(visit: Visit) -> Answer:
    """Show the form of an act, or why the person may not take it."""
    matter = matter_of(visit)
    return Shown(asking(matter, outlook_of(matter)))


def answer(visit: Visit) -> Answer:
    """Show what is signed, sign it, or go back to the form; nothing is recorded but by signing.

    Raises
    ------
    Declined
        There is no such version or step, or what is to be signed is not what was written here.
    """
    matter = matter_of(visit)
    step = visit.form.get("step", "")
    if step == "preview":
        return _previewed(matter)
    if step == "sign":
        return seal(matter)
    if step == "change":
        typed = typed_of(sent_back(matter))
        return Shown(asking(matter, outlook_of(matter), typed))
    raise Declined("malformed", matter.voice.t(UNSAID))


def _previewed(matter: Matter) -> Answer:
    typed = DecisionForm.of(matter.visit.form, matter.visit.chosen)
    outlook = outlook_of(matter)
    if outlook.refusal is not None:
        return Shown(asking(matter, outlook, typed), REFUSED)
    slips = tuple(_slips(matter, typed, outlook))
    if slips:
        return Shown(asking(matter, outlook, typed, slips), TO_MEND)
    try:
        role = cast("Role", typed.role) if typed.role else (*outlook.roles, None)[0]
        record = written(matter, typed, role)
    except (ReviewError, BundleError, PolicyError) as error:
        refused = refusal_told(error, matter.visit.language)
        return Shown(asking(matter, outlook, typed, refused=refused), REFUSED)
    if not fits(record):
        return Shown(asking(matter, outlook, typed, refused=Told(matter.voice.t(TOO_LONG))), TO_MEND)
    return Shown(preview_of(matter, record))


def _slips(matter: Matter, typed: DecisionForm, outlook: Outlook) -> Iterator[Slip]:
    """Yield everything that is still to be mended, in the order of the form."""
    voice = matter.voice
    if matter.act.key == "comment":
        if not any(note.key in (typed.comments or ()) for note in matter.pending.comments):
            yield Slip("comment", voice.t("Choose at least one comment to sign."))
        return
    if matter.act.key != "approve":
        yield from slips_of(typed, voice, outlook.roles)
        return
    today, terms = day_of(matter.visit.now), terms_of(matter, typed)
    if terms.lacking:
        yield Slip(
            "waivers",
            voice.tn(
                "%(n)s finding that blocks the signature has no waiver yet.",
                "%(n)s findings that block the signature have no waiver yet.",
                len(terms.lacking),
            ),
        )
    if any(group.expires < today for group in terms.waived):
        yield Slip("waivers", voice.t("A waiver has ended already; give it a later day."))
    yield from slips_of(typed, voice, outlook.roles)
    yield from slips_of_day(typed, voice, today, terms.latest)
