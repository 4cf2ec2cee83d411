"""What a form did, in one sentence, shown once on the page that follows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from serving.pages.page import msg

if TYPE_CHECKING:
    from collections.abc import Mapping

NOTICES: Mapping[str, str] = {
    "signed_in": msg("You are signed in."),
    "signed_out": msg("You are signed out here."),
    "signed_out_everywhere": msg("You are signed out in every browser."),
    "noted": msg("Your note is kept. It is signed with your next act on this version."),
    "note_removed": msg("Your note was taken away."),
    "notes_removed": msg("Your notes on an earlier submission were taken away."),
    "commented": msg("Your comments are signed and recorded."),
    "approved": msg("Your approval is signed and recorded."),
    "changes_requested": msg("Your request for changes is signed and recorded."),
    "rejected": msg("Your rejection is signed and recorded."),
    "revoked": msg("Your revocation is signed and recorded: the version is not served any more."),
    "suspended": msg("The suspension is signed and recorded: the version is not served for now."),
    "resumed": msg("Your signature to resume is recorded."),
    "entered": msg("The request is entered. Answer it by the day on which it is due."),
    "at_once": msg("It is recorded, and holds from the next question on."),
    "said_before": msg("This was on record already; nothing was entered a second time."),
    "answered": msg("Your answer is recorded."),
    "overridden": msg("Your decision is recorded: it holds from the next question on."),
    "override_lifted": msg("Your decision is recorded: the computed segment holds again."),
    "erased": msg("The resident was erased: nothing of them opens any more, and a tombstone keeps it so."),
    "erased_unswept": msg(
        "The resident was erased: nothing of them opens any more. The files of the database are swept of it "
        "by the next `segmentation retention run`; tell an administrator."
    ),
    "recorded": msg("This was recorded already, and counts once; nothing was signed a second time."),
}
"""By the key that a handler gives with `serving.pages.visit.Sent`."""
