"""`Impact`: the assessment of one version of a model under PIPL Art. 55 and 56, on its own."""

# No `from __future__ import annotations`: pydantic reads these.
import json
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError

from segmentation.errors import Fault, ImpactError
from segmentation.impact.answers import Answers
from segmentation.impact.levels import Level, highest
from segmentation.impact.parts import Audit, Bounds, Minimal, Service, Subject, Trigger
from segmentation.policy.base import Part, Text
from segmentation.signing.canonical import sha256
from segmentation.wording import msg

Format = Literal["impact/1"]
FORMAT: Format = "impact/1"


class Impact(Part):
    """Everything that is said of a version's effect on people; the same input gives the same assessment.

    It stands on its own: nothing else is needed to read it while it is kept.
    """

    format: Format = Field(FORMAT, title=msg("Format"), description=msg("Version of the JSON form."))
    subject: Subject = Field(
        title=msg("What is assessed"), description=msg("Which version of which model, and on which evidence.")
    )
    answers: Answers = Field(
        title=msg("What the assessors say"), description=msg("What only a person can say, and answers for.")
    )
    triggers: Annotated[tuple[Trigger, ...], Field(min_length=1)] = Field(
        title=msg("Why an assessment is needed"),
        description=msg("The reasons of PIPL Art. 55, and which of them apply."),
    )
    bounds: Bounds = Field(
        title=msg("Purpose, legal basis and bounds"),
        description=msg("What the segments are for, and what they must not be used for."),
    )
    minimal: Minimal = Field(
        title=msg("What is used, and what is not"),
        description=msg(
            "Each allowed feature with the reason why it is necessary; who and what is left out."
        ),
    )
    audit: Audit = Field(
        title=msg("Groups: what the audit found"),
        description=msg("The harm to watch for, what was found, and the assessors' answer."),
    )
    services: tuple[Service, ...] = Field(
        title=msg("Services, and the contract floor"),
        description=msg("Nobody is planned less than the contract promises."),
    )
    caveats: tuple[Text, ...] = Field(
        title=msg("How far the segments can be trusted"),
        description=msg("Structure, stability, and changes since the version before."),
    )
    safeguards: tuple[Text, ...] = Field(
        title=msg("Safeguards built in"), description=msg("What the program itself does.")
    )

    @property
    def digest(self) -> str:
        """SHA-256 of `to_json`, so that any tool can check the digest of a stored impact.json."""
        return sha256(self.to_json().encode())

    @property
    def highest_risk(self) -> Level:
        """The highest risk before the safeguards: of the four dimensions and of the operation."""
        return highest((self.answers.rights.highest, self.answers.security.risks.risk))

    @property
    def permits_submission(self) -> bool:
        """Whether the version may be submitted: not where people conclude otherwise."""
        return self.refusal is None

    @property
    def refusal(self) -> str | None:
        """Why the version may not be submitted, as one sentence; None where it may."""
        if self.answers.conclusion == "do not proceed":
            return "The impact assessment concludes that this use must not proceed."
        if self.answers.residual_risk == "very high":
            return "The impact assessment leaves a very high risk, and no submission is made with one."
        return None

    def to_json(self) -> str:
        """Return the assessment in canonical JSON: keys sorted, one to a line, a line feed at the end."""
        content = self.model_dump(mode="json")
        return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read what `to_json` wrote.

        Raises
        ------
        ImpactError
            It is no assessment of this form, or it lacks something; every fault is named.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            faults = [
                Fault(
                    ".".join(map(str, detail["loc"])) or "document",
                    detail["msg"][0].lower() + detail["msg"][1:],
                )
                for detail in error.errors(include_url=False, include_input=False)
            ]
            raise ImpactError.from_faults("This is no impact assessment of this version", faults) from None

    def __repr__(self) -> str:
        """Return which version it is of, the conclusion, and the start of the digest."""
        of = f"{self.subject.model!r}, version {self.subject.version}, {self.answers.conclusion}"
        return f"Impact({of}, {self.digest[:15]}…)"

    def _repr_html_(self) -> str:
        from segmentation.impact.brief import impact_html  # noqa: PLC0415 - a notebook alone asks for it

        return impact_html(self)

    def __str__(self) -> str:
        """Return the same: pydantic would write the whole of it."""
        return repr(self)
