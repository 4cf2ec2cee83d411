"""The terms of the pages in one line each: of cards, of reviewing and signing, and articles of law.

A gist of an article is for orientation, in one line and in words of its own; what counts is the law.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.card.words import GLOSSARY
from segmentation.wording import msg

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
ARTICLES: tuple[tuple[str, str], ...] = (
    (
        msg("PIPL Art. 4"),
        msg(
            "Personal information is what relates to an identified or identifiable person, and not what "
            "was anonymised."
        ),
    ),
    (
        msg("PIPL Art. 6"),
        msg(
            "A clear and reasonable purpose, handling that is directly related to it and affects people "
            "least, and collection of no more than it needs."
        ),
    ),
    (
        msg("PIPL Art. 13"),
        msg(
            "On what handling may rest, such as consent (item 1), a contract or human resources (2), a "
            "legal duty (3), or information that is public lawfully (6)."
        ),
    ),
    (
        msg("PIPL Art. 14"),
        msg(
            "Consent is voluntary, explicit and informed; where purpose, means or kinds of information "
            "change, it is asked for anew."
        ),
    ),
    (
        msg("PIPL Art. 15"),
        msg("Consent may be withdrawn, by an easy way; what was done before on its basis stays valid."),
    ),
    (
        msg("PIPL Art. 16"),
        msg(
            "Nobody may be refused a product or a service for not consenting or for withdrawing, unless "
            "the information is necessary for it."
        ),
    ),
    (
        msg("PIPL Art. 19"),
        msg(
            "Personal information is kept for the shortest time that the purpose needs, unless laws or "
            "administrative regulations say otherwise."
        ),
    ),
    (
        msg("PIPL Art. 21"),
        msg(
            "Who entrusts handling to others agrees with them on purpose, time, means, kinds, safeguards "
            "and duties, and supervises them."
        ),
    ),
    (
        msg("PIPL Art. 23"),
        msg(
            "Who gives personal information to another handler tells people who that is, what for, how "
            "and which, and asks for a separate consent."
        ),
    ),
    (
        msg("PIPL Art. 24"),
        msg(
            "Automated decisions: transparent, with fair and just results, without unreasonable "
            "differential treatment in price and other terms; explanation and refusal where the effect is"
            " major."
        ),
    ),
    (
        msg("PIPL Art. 25"),
        msg("Personal information is not made public without a separate consent."),
    ),
    (
        msg("PIPL Art. 26"),
        msg(
            "What cameras and identification devices in public places collect serves public security "
            "alone, unless people consent separately."
        ),
    ),
    (
        msg("PIPL Art. 28"),
        msg(
            "What is sensitive: biometrics, religious belief, specific identity, health, financial "
            "accounts, whereabouts, and anything of minors under 14; only for a specific purpose, where "
            "it is sufficiently necessary, under strict protection."
        ),
    ),
    (
        msg("PIPL Art. 29"),
        msg(
            "Handling sensitive personal information needs a separate consent, in writing where laws or "
            "administrative regulations say so."
        ),
    ),
    (
        msg("PIPL Art. 30"),
        msg(
            "People are also told why handling their sensitive personal information is necessary, and "
            "what it means for their rights."
        ),
    ),
    (
        msg("PIPL Art. 31"),
        msg("For minors under 14, a parent or guardian consents, and there are rules of their own."),
    ),
    (
        msg("PIPL Art. 32"),
        msg(
            "Where laws or administrative regulations ask for a permit or set other limits for sensitive "
            "personal information, they hold."
        ),
    ),
    (
        msg("PIPL Art. 38"),
        msg(
            "Under which conditions personal information may leave the country: a security assessment, a "
            "certification, the standard contract, or what else is laid down."
        ),
    ),
    (
        msg("PIPL Art. 39"),
        msg(
            "Before personal information leaves the country, people are told to whom and what for, and "
            "consent separately."
        ),
    ),
    (
        msg("PIPL Art. 48"),
        msg("People may ask the handler to explain its rules for handling personal information."),
    ),
    (
        msg("PIPL Art. 50"),
        msg("There is an easy way to use these rights; who refuses says why, and people may go to court."),
    ),
    (
        msg("PIPL Art. 51"),
        msg(
            "Safeguards: rules, classification, encryption and de-identification, access rights, "
            "training, plans for incidents."
        ),
    ),
    (
        msg("PIPL Art. 52"),
        msg(
            "From the volume that the authority sets, a person in charge of protecting personal "
            "information is appointed."
        ),
    ),
    (
        msg("PIPL Art. 55"),
        msg("When an assessment is made beforehand, and that the handling is recorded."),
    ),
    (
        msg("PIPL Art. 56"),
        msg("What an assessment holds, and that report and record are kept for at least three years."),
    ),
    (
        msg("PIPL Art. 57"),
        msg(
            "After a leak, or where one may have happened: remedy at once, and notice to the authority "
            "and the people concerned."
        ),
    ),
    (
        msg("PIPL Art. 73"),
        msg(
            "What the words of the law mean; automated decision-making is a program that judges habits, "
            "interests, or economic, health or credit status, and decides."
        ),
    ),
    (
        msg("GB/T 35273-2020, 7.4"),
        msg(
            "Limits for user profiles: they express no discrimination over ethnicity, race, religion, "
            "disability or illness."
        ),
    ),
    (
        msg("GB/T 35273-2020, Annex A"),
        msg("Examples of personal information."),
    ),
    (
        msg("GB/T 35273-2020, Annex B"),
        msg("How personal information is judged to be sensitive, with examples."),
    ),
    (
        msg("GB/T 39335-2020"),
        msg(
            "Guidance for security impact assessment: four dimensions of effects on rights, each with "
            "likelihood and severity. How both make a risk is this program's own reading: their mean, "
            "rounded up."
        ),
    ),
)
"""Of law and of standards, as far as the card, the assessment and the catalogue of law cite them."""
MEANINGS: Mapping[str, str] = dict((*GLOSSARY, *TERMS, *RESIDENTS_TERMS, *ARTICLES))
"""A term, in English as the catalogue has it, and its line."""
