"""What a reviewer writes down on the page of a version: a comment, or waivers, kept until they sign it.

What is sent is believed in nothing: the section must be one of the page, a finding must block this very
version, a day must be one that an approval can hold. What is wrong is told beside the form, with what was
typed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.errors import BundleError, PolicyError, ReviewError, StorageError
from segmentation.ledger.notes import Note
from segmentation.reviews.refusals import refusal_told
from serving.pages.declined import TO_MEND
from serving.pages.table import address
from serving.pages.version.card_parts import parts_in
from serving.pages.version.remarks import CommentForm, fault, is_section
from serving.pages.version.standing_told import acts, standing_of
from serving.pages.version.version import page_of
from serving.pages.version.waiving import LACKING, WaiverForm, bounds, chosen_of, faults
from serving.pages.visit import Declined, Sent, Shown
from serving.pages.words import speaker

if TYPE_CHECKING:
    from collections.abc import Iterable

    from segmentation.errors import SegmentationError
    from segmentation.ledger.history import History
    from segmentation.ledger.notes import NoteKind
    from segmentation.ledger.standing import Standing
    from segmentation.reviews.waivers import Blocking
    from serving.pages.visit import Visit
    from serving.pages.words import Speaker

SAID = "said-"
"""Before the name of a section: the id of what is said of it."""
EARLIER = "earlier"
"""What the form says that takes away the notes on earlier submissions."""


def note(visit: Visit) -> Sent | Shown:
    """Keep a note, or take one away.

    Raises
    ------
    Declined
        There is no such version, section or finding; or who asks may not approve, and waives.
    """
    history = visit.history
    standing = standing_of(visit, history)
    kind = visit.form.get("kind", "")
    if kind == "comment":
        return _comment(visit, standing)
    if kind == "waiver":
        return _waive(visit, history, standing)
    if kind == EARLIER:
        visit.office.notes.remove_earlier(
            visit.signed_in.name, standing.model, standing.version, _bundle(standing)
        )
        return _sent(standing, "live", "notes_removed")
    raise Declined(
        "malformed", speaker(visit.language).t("The form says no kind of note. Send it from its page.")
    )


def _comment(visit: Visit, standing: Standing) -> Sent | Shown:
    r, typing = speaker(visit.language), CommentForm.of(visit.form)
    if not is_section(typing.section):
        raise Declined("malformed", r.t("There is no such section on the page. Send the form from its page."))
    if visit.form.get("act") == "remove":
        return _removed(visit, standing, "comment", typing.section, f"{SAID}{typing.section}")
    wrong = fault(r, typing)
    if wrong:
        return Shown(page_of(visit, typing, {"text": wrong}), TO_MEND)
    noted = Note("comment", typing.section, typing.text, None, visit.now, _bundle(standing))
    _keep(visit, standing, (noted,))
    return _sent(standing, f"{SAID}{typing.section}", "noted")


def _waive(visit: Visit, history: History, standing: Standing) -> Sent | Shown:
    r, typed = speaker(visit.language), WaiverForm.of(visit.form, visit.chosen)
    if visit.form.get("act") == "remove":
        return _removed(visit, standing, "waiver", visit.form.get("key", ""), "waivers")
    may = acts(visit, history, standing, is_readable=True, comments=0)
    if "approve" not in may.allowed or standing.submission is None:
        why = r.t("Only who may approve this version now waives its findings.")
        raise Declined("refused", why if may.why_not is None else str(may.why_not))
    claims = _claims(visit, history, standing)
    _check(r, typed, claims)
    chosen, days = chosen_of(typed, claims), bounds(standing.submission, visit.now)
    wrong = faults(r, typed, chosen, days)
    if wrong:
        return Shown(page_of(visit, typed, wrong), TO_MEND)
    bundle, last = _bundle(standing), typed.day
    _keep(visit, standing, [Note("waiver", key, typed.reason, last, visit.now, bundle) for key in chosen])
    groups = list(dict.fromkeys(same[0].attribute or LACKING for same in claims))
    return _sent(standing, f"waive-{groups.index(typed.group) + 1}", "noted")


def _claims(visit: Visit, history: History, standing: Standing) -> tuple[tuple[Blocking, ...], ...]:
    try:
        version = visit.office.version(history, standing.version, visit.now)
    except (BundleError, PolicyError, ReviewError, StorageError) as error:
        raise _refused(visit, error) from None
    return parts_in(visit.office, version, visit.language).blocking


def _check(r: Speaker, typed: WaiverForm, claims: tuple[tuple[Blocking, ...], ...]) -> None:
    """Decline a form that names what this version does not have: no page of ours sends it."""
    groups = {same[0].attribute or LACKING for same in claims}
    keys = {one.key for same in claims for one in same}
    if typed.group not in groups or not keys.issuperset(typed.keys):
        raise Declined(
            "malformed",
            r.t("A finding of the form does not block this version. Send the form from its page."),
        )


def _bundle(standing: Standing) -> str:
    """Return the digest of the submission that is read."""
    return "" if standing.submission is None else standing.submission.digests.bundle


def _keep(visit: Visit, standing: Standing, noted: Iterable[Note]) -> None:
    """Keep what was noted, all of it or nothing."""
    try:
        visit.office.notes.put_all(visit.signed_in.name, standing.model, standing.version, noted)
    except ReviewError as error:
        raise _refused(visit, error) from None


def _removed(visit: Visit, standing: Standing, kind: NoteKind, key: str, anchor: str) -> Sent:
    """Take a note away; that there is none any more is as good."""
    visit.office.notes.remove(visit.signed_in.name, standing.model, standing.version, kind, key)
    return _sent(standing, anchor, "note_removed")


def _sent(standing: Standing, anchor: str, notice: str) -> Sent:
    """Send back to the place of the form, which the page knows from its address, and unfolds."""
    to = address("version", version=standing.version, query={"target": anchor})
    return Sent(f"{to}#{anchor}", notice)


def _refused(visit: Visit, error: SegmentationError) -> Declined:
    return Declined("refused", str(refusal_told(error, visit.language)))
