"""The articles of law and the standards that pages cite, with a gist of one line each.

A gist is for orientation, and in words of its own; what counts is the law.
"""

from __future__ import annotations

from segmentation.wording import msg

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
