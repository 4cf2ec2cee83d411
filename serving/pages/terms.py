"""The terms of the pages in one line each: of cards, of reviewing and signing, of residents' rights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.card.words import GLOSSARY
from segmentation.wording import msg
from serving.pages.articles import ARTICLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segmentation.ledger.records import Role
    from segmentation.ledger.standing import State
    from serving.pages.table import Action

TERMS: tuple[tuple[str, str], ...] = (
    (
        msg("version"),
        msg("One trained model with a number of its own; what is changed afterwards is another version."),
    ),
    (
        msg("candidate"),
        msg("A version that nobody has signed yet."),
    ),
    (
        msg("card"),
        msg(
            "The report of a version: segments, features, audit. Its verdict is signed and changes no "
            "more; where the version stands today is told by the ledger."
        ),
    ),
    (
        msg("audit verdict"),
        msg(
            "Broken where a limit is broken; undetermined where the data leave a gate open; kept where "
            "neither is so."
        ),
    ),
    (
        msg("policy"),
        msg(
            "What a model may see, for which purpose, within which limits; written before anything is "
            "trained."
        ),
    ),
    (
        msg("impact assessment"),
        msg(
            "What a version means for the rights of residents, assessed before it is used and kept for "
            "three years and more (PIPL Art. 55, 56)."
        ),
    ),
    (
        msg("catalogue of law"),
        msg(
            "The program's list of columns that the law refuses or protects; where it changes, approvals "
            "under the earlier one count no more."
        ),
    ),
    (
        msg("ledger"),
        msg(
            "Every decision in the order in which it was taken, each entry bound to the one before it; "
            "nothing is ever changed or taken out."
        ),
    ),
    (
        msg("ledger event"),
        msg("One entry of the ledger, with its number, its time and its digest."),
    ),
    (
        msg("decision"),
        msg(
            "What one person signed about one version: who, in which role, what, why, and about which "
            "digests."
        ),
    ),
    (
        msg("approval"),
        msg(
            "The signatures of two people, one for compliance and one for the business, neither of whom "
            "trained or submitted the version."
        ),
    ),
    (
        msg("signature"),
        msg(
            "What only who holds the key can make, over exactly the text that was shown (Ed25519); "
            "anybody can check it."
        ),
    ),
    (
        msg("key"),
        msg(
            "What a person signs with; it rests in a file that their passphrase alone opens. Signing in "
            "opens it, too."
        ),
    ),
    (
        msg("passphrase"),
        msg("Opens a person's key for one signature or one sign-in; it is never kept and never shown."),
    ),
    (
        msg("digest"),
        msg(
            "A fingerprint of a file or a text (SHA-256): two with the same digest are the same, to the "
            "letter."
        ),
    ),
    (
        msg("bundle"),
        msg(
            "What an approval publishes and the service loads: scorer, policy, card and the signed "
            "decisions; the service uses nothing else."
        ),
    ),
    (
        msg("waiver"),
        msg(
            "A reviewer lets one finding pass that blocks the approval: why, and until when. The approval"
            " ends with the first waiver that ends."
        ),
    ),
    (
        msg("what blocks"),
        msg(
            "A finding that is broken, or a gate that the data leave open; each needs a waiver before "
            "anybody can approve."
        ),
    ),
    (
        msg("condition"),
        msg("What a reviewer asks for along with an approval; it is recorded, and people keep it."),
    ),
    (
        msg("note"),
        msg(
            "A comment or a waiver that was written while reading and is not signed yet; nobody but its "
            "author sees it, and it proves nothing."
        ),
    ),
    (
        msg("comment on a section"),
        msg("What somebody says about a part of the card; it is signed, and stays with the version."),
    ),
    (
        msg("dossier"),
        msg(
            "One file to keep and to hand to an auditor: everything that was decided about a version, to "
            "be checked without this service."
        ),
    ),
    (
        msg("access log"),
        msg(
            "Who asked this service for what, and when; with the names of people who are signed in, and "
            "never with a resident's data."
        ),
    ),
    (
        msg("training of a person"),
        msg("The course that a person took on reviewing models; signing is refused after its last day."),
    ),
)
"""Of reviewing and signing."""
RESIDENTS_TERMS: tuple[tuple[str, str], ...] = (
    (
        msg("consent"),
        msg("What a resident said of one purpose, event by event; the newest event of a purpose counts."),
    ),
    (
        msg("notice"),
        msg(
            "The text by which a resident was told of the handling, by its version; where purpose or "
            "features change, there is another one, and consent is asked for anew."
        ),
    ),
    (
        msg("objection"),
        msg(
            "A resident wants no automated decision about them (PIPL Art. 24): from the next request on they "
            "get the standard service, until they take it back."
        ),
    ),
    (
        msg("override"),
        msg(
            "A segment that a person put in the place of the computed one, with a reason; it outlives the "
            "next scoring until it is lifted."
        ),
    ),
    (
        msg("pseudonym"),
        msg(
            "Stands for a resident where no reference may stand; only who has the keyring can make it, and "
            "it is another one for each purpose."
        ),
    ),
    (
        msg("erasure"),
        msg(
            "The key that opens all that is kept of a resident is destroyed, and the rows are emptied; a "
            "tombstone keeps a restored backup from bringing them back."
        ),
    ),
)
"""Of residents' rights."""
STATE_MEANINGS: Mapping[State, str] = {
    "draft": msg("Registered by who trained it, and not handed in for signatures."),
    "submitted": msg("Handed in, and waiting for the two signatures."),
    "approved": msg("Signed by two people; the service takes it up as soon as its bundle is published."),
    "changes_requested": msg("A reviewer asked for changes; it may be submitted anew."),
    "rejected": msg("Refused for good; what is changed comes as a new version."),
    "active": msg("Signed by two people, and what the service answers with."),
    "suspended": msg("Stopped for now, by a person or a monitor; two people resume it, or one revokes it."),
    "superseded": msg("Another version came into use in its place; it may be submitted anew, as a way back."),
    "expired": msg("The last day of its approval, or of a waiver in it, is over; it may be submitted anew."),
    "revoked": msg("Taken out of use for good."),
}
"""What a version may be in."""
ROLE_MEANINGS: Mapping[Role, str] = {
    "trainer": msg("Trains versions and submits them; approves none of their own."),
    "compliance": msg("Signs for the law: purpose, consent, features, audit, waivers."),
    "business": msg("Signs for the business: segments, service plans, what they are used for."),
    "administrator": msg(
        "Keeps the people, their roles and their training; may stop a version, and approves none."
    ),
    "monitor": msg("A program that watches the service; it may suspend a version, and nothing else."),
}
"""What a person may be entered as."""
ACTION_MEANINGS: Mapping[Action, str] = {
    "comment": msg("Signs what was said about sections; the version stays where it stands."),
    "approve": msg("Signs that the version may be used until a day; it takes two people."),
    "request_changes": msg("Sends the version back with what is to be changed."),
    "reject": msg("Refuses the version for good; one person is enough."),
    "revoke": msg("Takes the version out of use for good, within seconds; one person is enough."),
    "suspend": msg("Stops the version for now, within seconds; one person is enough."),
    "resume": msg("Allows a suspended version again; it takes two people."),
}
"""What somebody may sign about a version."""
MEANINGS: Mapping[str, str] = dict((*GLOSSARY, *TERMS, *RESIDENTS_TERMS, *ARTICLES))
"""A term, in English as the catalogue has it, and its line."""
