"""`Answers`: what only a person can say of a model's effect on people, as a TOML file asks for it.

Each field carries its title and a line of help, in the words of the catalogue: the draft writes them as
comments in both languages, and the assessment shows the answers under them, so that no answer is asked for
in vain.
"""

# No `from __future__ import annotations`: pydantic reads these.
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from segmentation.impact.levels import Level, highest, risk
from segmentation.policy.base import Part, Sentence, Text, refuse
from segmentation.wording import msg

Conclusion = Literal["proceed", "proceed with conditions", "do not proceed"]
CONCLUSIONS: dict[Conclusion, str] = {
    "proceed": msg("Proceed"),
    "proceed with conditions": msg("Proceed with conditions"),
    "do not proceed": msg("Do not proceed"),
}


class Assessor(Part):
    """Somebody who made the assessment."""

    name: Sentence = Field(title=msg("Name"), description=msg("Name of the assessor, a member of staff."))
    role: Text = Field(title=msg("Role"), description=msg("In which role they assess."))


class Consulted(Part):
    """Somebody who was asked, and what they said."""

    who: Text = Field(
        title=msg("Who was asked"),
        description=msg(
            "A body or a role, such as the personal information protection officer (PIPL Art. 52) or the "
            "residents' committee; where nobody was asked, write so."
        ),
    )
    view: Text = Field(
        title=msg("What they said"),
        description=msg("What they said, and what was changed because of it; or why nobody was asked."),
    )


class Effect(Part):
    """What may happen to a resident, how likely it is, and how severe it would be."""

    text: Text = Field(title=msg("What may happen"), description=msg("What may happen, and to whom."))
    likelihood: Level = Field(
        title=msg("Likelihood"), description=msg("How likely it is without the safeguards.")
    )
    severity: Level = Field(
        title=msg("Severity"), description=msg("How severe it would be for those concerned.")
    )

    @property
    def risk(self) -> Level:
        """The risk that follows from likelihood and severity."""
        return risk(self.likelihood, self.severity)


class Stated(Part):
    """Whether something is so, and in words how."""

    applies: bool = Field(title=msg("Yes or no"), description=msg("true or false."))
    text: Text = Field(title=msg("In words"), description=msg("How, or why not."))


class Triggers(Part):
    """What a person must judge of PIPL Art. 55."""

    sensitive: Stated = Field(
        title=msg("Sensitive personal information"),
        description=msg(
            "PIPL Art. 28: biometrics, religious belief, specific identity, health, financial accounts, "
            "whereabouts, and anything of a minor under 14. In words: which, and how the separate consent "
            "(PIPL Art. 29) is asked for."
        ),
    )
    major_effect: Stated = Field(
        title=msg("Other major effect on individuals"),
        description=msg("PIPL Art. 55: any other handling that has a major effect on individuals."),
    )


class Necessity(Part):
    """Why there are segments at all."""

    why_segments: Text = Field(
        title=msg("Why the purpose needs segments"),
        description=msg("Why the purpose cannot be reached without sorting residents into segments."),
    )
    less_intrusive: Text = Field(
        title=msg("Less intrusive means considered"),
        description=msg(
            "Which means with less personal information were considered, and why they will not do."
        ),
    )


class Rights(Part):
    """Effects on rights in the four dimensions of GB/T 39335-2020."""

    autonomy: Effect = Field(
        title=msg("Restricting a person's own decisions"),
        description=msg(
            "Such as being put into a segment without knowing it, or without a way to refuse it."
        ),
    )
    treatment: Effect = Field(
        title=msg("Differential treatment"),
        description=msg("Such as a group that gets another service than others with the same needs."),
    )
    reputation: Effect = Field(
        title=msg("Reputation and mental stress"),
        description=msg("Such as a name of a segment that shames, or the feeling of being watched."),
    )
    harm: Effect = Field(
        title=msg("Harm to person or property"),
        description=msg("Such as a repair that comes too late, or a burglar who learns who is away."),
    )

    @property
    def highest(self) -> Level:
        """The highest risk of the four."""
        return highest(effect.risk for effect in (self.autonomy, self.treatment, self.reputation, self.harm))


class AutomatedDecisions(Part):
    """How the company meets PIPL Art. 24."""

    explanation: Text = Field(
        title=msg("How a resident gets an explanation"),
        description=msg("Whom they ask, what they are told, and within how many days (PIPL Art. 24, 48)."),
    )
    refusal: Text = Field(
        title=msg("How a resident refuses"),
        description=msg(
            "How they refuse a decision made by automated means alone (PIPL Art. 24) or withdraw consent "
            "(Art. 15), and that they keep all service that the contract promises (Art. 16)."
        ),
    )


class FindingAnswers(Part):
    """Answers to what the audit found broken or could not settle."""

    together: Text | None = Field(
        None,
        title=msg("Answer to all findings together"),
        description=msg("One answer for every attribute that has no answer of its own."),
    )
    segments: Text | None = Field(
        None,
        title=msg("Answer to what the segments lack"),
        description=msg("Needed where the segments themselves do not stand."),
    )
    by_attribute: dict[Sentence, Text] = Field(
        default_factory=dict,
        title=msg("Answers by attribute"),
        description=msg("What is done about the broken and undetermined findings of an attribute."),
    )


class Security(Part):
    """What may go wrong in the company's own operation, and what stands against it."""

    risks: Effect = Field(
        title=msg("Own operation"),
        description=msg("What may be leaked, altered or lost in the company's own operation, and how."),
    )
    access: Text = Field(
        title=msg("Access"), description=msg("Who may see residents' rows and segments, and who grants it.")
    )
    encryption: Text = Field(
        title=msg("Encryption and de-identification"),
        description=msg("How data are encrypted at rest and on the way, and where ids are kept apart."),
    )
    training: Text = Field(
        title=msg("Training"), description=msg("Who is trained in data protection, in what, and how often.")
    )
    incidents: Text = Field(
        title=msg("Incidents"),
        description=msg("The plan for a leak, and who tells residents and the authority (PIPL Art. 51, 57)."),
    )
    processors: Stated = Field(
        title=msg("Processors and other recipients"),
        description=msg(
            "Whether handling is entrusted to others, or data are provided to others or made public (PIPL "
            "Art. 21, 23, 25). In words: to whom, for what, under which agreement."
        ),
    )
    abroad: Stated = Field(
        title=msg("Transfer across the border"),
        description=msg(
            "Whether personal information leaves mainland China (PIPL Art. 38, 39). In words: where to, and "
            "by which of the ways that Art. 38 allows."
        ),
    )


class Answers(Part):
    """What only a person can say, and answers for with their name."""

    assessed_on: date = Field(title=msg("Date of the assessment"), description=msg("Such as 2026-01-31."))
    next_review: date = Field(
        title=msg("Next review"),
        description=msg("When it is made anew at the latest: after the date of the assessment."),
    )
    contact: Text = Field(
        title=msg("Contact for residents"),
        description=msg("Where residents ask, object and complain (PIPL Art. 50)."),
    )
    residual_risk: Level = Field(
        title=msg("Risk that is left"),
        description=msg("After all safeguards. A very high one permits no submission."),
    )
    safeguards_fit: Text = Field(
        title=msg("Whether the safeguards fit the risk"),
        description=msg("Whether they are lawful, effective and fit the degree of risk (PIPL Art. 56)."),
    )
    conclusion: Conclusion = Field(
        title=msg("Conclusion"),
        description=msg("proceed, proceed with conditions, or do not proceed."),
    )
    conditions: tuple[Text, ...] = Field(
        (),
        title=msg("Conditions"),
        description=msg("What must hold; empty unless it is proceed with conditions."),
    )
    assessors: Annotated[tuple[Assessor, ...], Field(min_length=1)] = Field(
        title=msg("Assessors"), description=msg("Who made this assessment.")
    )
    consulted: Annotated[tuple[Consulted, ...], Field(min_length=1)] = Field(
        title=msg("Consulted"), description=msg("Who was asked, and what they said.")
    )
    triggers: Triggers = Field(
        title=msg("Why an assessment is needed"),
        description=msg("What a person must judge of PIPL Art. 55; the rest follows from the other answers."),
    )
    necessity: Necessity = Field(
        title=msg("Necessity"), description=msg("Why there are segments at all (PIPL Art. 6, 56).")
    )
    rights: Rights = Field(
        title=msg("Effects on rights"),
        description=msg("The four dimensions of GB/T 39335-2020, 5.5, each with likelihood and severity."),
    )
    automated_decisions: AutomatedDecisions = Field(
        title=msg("Automated decisions"), description=msg("How the company meets PIPL Art. 24.")
    )
    findings: FindingAnswers = Field(
        default_factory=FindingAnswers,
        title=msg("Answers to the audit"),
        description=msg("Every attribute with a broken or undetermined finding needs an answer."),
    )
    security: Security = Field(
        title=msg("Security"),
        description=msg("Risks and safeguards in the company's own operation (PIPL Art. 51, 56)."),
    )

    @field_validator("next_review")
    @classmethod
    def _is_later(cls, day: date, info: ValidationInfo) -> date:
        before = info.data.get("assessed_on")
        refuse((before is not None and day <= before, "must be after `assessed_on`"))
        return day

    @field_validator("conditions")
    @classmethod
    def _conditions_fit(cls, conditions: tuple[Text, ...], info: ValidationInfo) -> tuple[Text, ...]:
        concluded = info.data.get("conclusion")
        needs = concluded == "proceed with conditions"
        refuse(
            (needs and not conditions, "`proceed with conditions` needs at least one condition"),
            (
                concluded is not None and not needs and bool(conditions),
                "conditions go with `proceed with conditions` alone",
            ),
        )
        return conditions
