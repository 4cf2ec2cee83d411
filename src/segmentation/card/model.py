"""`ModelCard`: everything that is said of a model, in the order in which a reader needs it.

One dataclass is the whole card. Each field is one section of the page and carries its heading and a line of
help; the renderers walk over the fields, so that nothing can be in the card and missing on the page.
"""

# No `from __future__ import annotations`: pydantic reads these when it checks a card.
import hashlib
import json
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Self, get_type_hints

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from segmentation.card import parts
from segmentation.errors import CardError, Fault
from segmentation.wording import msg

CARD_VERSION = 3
"""Version of the JSON form."""


AT_LEAST_ONE = Field(min_length=1)


def _section(title: str, help_text: str) -> dict[str, str]:
    """Return what a field says of its section: heading and line of help, translated where they are shown."""
    return {"title": title, "help": help_text}


@dataclass(frozen=True)
class ModelCard:
    """Everything that is said of one model; the same input gives the same card, to the byte.

    There is no clock, no run and no version number inside: live status belongs to the ledger.

    Raises
    ------
    CardError
        A field is missing, empty or not what it should be; every fault is named.
    """

    about: parts.About = field(
        metadata=_section(
            msg("About this model"),
            msg("Which model this card speaks of, and how many residents it was made from."),
        )
    )
    verdict: parts.Verdict = field(
        metadata=_section(
            msg("May it be signed?"),
            msg(
                "What all findings add up to, and all that stands in the way of a signature: findings of the "
                "audit, and what the segments themselves lack."
            ),
        )
    )
    gaps: Annotated[tuple[parts.Gap, ...], AT_LEAST_ONE] = field(
        metadata=_section(
            msg("The worst gap of each attribute"),
            msg(
                "For each protected attribute, proxy and intersection: how many of a group would need "
                "another segment, how closely segments follow it, and the rate furthest from everybody "
                "else's."
            ),
        )
    )
    changes: parts.Changes = field(
        metadata=_section(
            msg("Changes since the version before"),
            msg("How many residents keep their segment, and which segments and needs came or went."),
        )
    )
    segments: Annotated[tuple[parts.Segment, ...], AT_LEAST_ONE] = field(
        metadata=_section(
            msg("Segments"),
            msg(
                "Who is in each segment by need alone, and what the segment is planned beside the "
                "contract floor."
            ),
        )
    )
    services: tuple[parts.Service, ...] = field(
        metadata=_section(
            msg("Services"),
            msg(
                "Which need calls for more of a service, and that nobody gets less than the contract "
                "promises."
            ),
        )
    )
    features: Annotated[tuple[parts.Feature, ...], AT_LEAST_ONE] = field(
        metadata=_section(
            msg("Features allowed"),
            msg("The only columns that the model sees, and why the purpose needs each of them."),
        )
    )
    columns: parts.Columns = field(
        metadata=_section(
            msg("Columns not used"),
            msg("Columns that the policy denies, and columns of the table that were dropped unread."),
        )
    )
    attributes: Annotated[tuple[parts.Attribute, ...], AT_LEAST_ONE] = field(
        metadata=_section(
            msg("Protected attributes and proxies"),
            msg("Columns that the audit alone sees, with a consent of its own, and the harm to watch for."),
        )
    )
    fairness: parts.Fairness = field(
        metadata=_section(
            msg("The audit in figures"),
            msg(
                "Who enters which segment and who is planned which service, group by group, with "
                "counts and intervals; what carries an attribute into the segments; and whom they fit."
            ),
        )
    )
    unjudged: parts.Unjudged = field(
        metadata=_section(
            msg("What could not be judged"),
            msg(
                "Where the data, the consents or this version of the audit leave a question open. "
                "Open is never a pass."
            ),
        )
    )
    choice: parts.Choice = field(
        metadata=_section(
            msg("How the number of segments was chosen"),
            msg(
                "Whether there are segments at all, and the largest number of them that repeats itself; why "
                "each other one lost."
            ),
        )
    )
    stability: parts.Stability = field(
        metadata=_section(
            msg("How stable the segments are"),
            msg(
                "Whether each segment is found again when residents are drawn anew, and how many residents "
                "lie so close to the next one that it may change."
            ),
        )
    )
    migration: parts.Migration = field(
        metadata=_section(
            msg("What became of the segments of the version before"),
            msg("Who moves where, with the same needs, and the need that moves them."),
        )
    )
    intake: parts.Intake = field(
        metadata=_section(
            msg("Residents read, left out and kept"),
            msg("What became of every row of the residents table."),
        )
    )
    duties: parts.Duties = field(
        metadata=_section(
            msg("Purpose, consent and bounds"),
            msg(
                "What the segments are for, on which legal basis, who answers for them, and what "
                "they must not be used for."
            ),
        )
    )
    limits: parts.Limits = field(
        metadata=_section(
            msg("Limits used"),
            msg("What the audit tested against. No law sets these numbers, so the policy does."),
        )
    )
    digests: parts.Digests = field(
        metadata=_section(
            msg("Digests"),
            msg("Fingerprints of everything this card was made from: a change anywhere changes them."),
        )
    )

    def __post_init__(self) -> None:
        """Refuse a card that lacks something."""
        faults = [
            fault for name, kind in _kinds().items() for fault in _faults(name, kind, getattr(self, name))
        ]
        if faults:
            raise CardError.from_faults("The card lacks what it must say", faults)

    def __repr__(self) -> str:
        """Return which model it is of, the verdict, and the start of the digest."""
        told = f"{self.about.segments} segments, {self.verdict.status}"
        return f"ModelCard({self.about.name!r}, {told}, {self.digest[:15]}…)"

    def _repr_html_(self) -> str:
        from segmentation.card.brief import card_html  # noqa: PLC0415 - a notebook alone asks for it

        return card_html(self)

    @property
    def digest(self) -> str:
        """SHA-256 of `to_json`, so that any tool can check the digest of a stored card.json."""
        return f"sha256:{hashlib.sha256(self.to_json().encode()).hexdigest()}"

    def to_dict(self) -> dict[str, Any]:
        """Return the card as plain data, ready for JSON, with the version of its form."""
        content = {
            name: kind.dump_python(getattr(self, name), mode="json") for name, kind in _kinds().items()
        }
        if not content["duties"]["optional_purposes"]:  # cards of policies without any stay what they were
            del content["duties"]["optional_purposes"]
        return {"version": CARD_VERSION, **content}

    def to_json(self) -> str:
        """Return the card in canonical JSON: keys sorted, one to a line, UTF-8, a line feed at the end."""
        return (
            json.dumps(self.to_dict(), ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n"
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote.

        Raises
        ------
        CardError
            It is not a card of this version, or it lacks something.
        """
        try:
            raw = json.loads(text)
        except ValueError as error:
            raise CardError(f"The card is not JSON: {error}. Take the file that was written.") from None
        if not isinstance(raw, dict) or raw.get("version") != CARD_VERSION:
            raise CardError(f"This is not a card of version {CARD_VERSION}. Write it anew from the model.")
        unknown = sorted(raw.keys() - {"version", *_kinds()})
        if unknown:
            raise CardError(
                f"The card says what this version does not know: {', '.join(unknown)}. Remove it."
            )
        return cls(**{name: _read(name, kind, raw.get(name)) for name, kind in _kinds().items()})


@cache
def _kinds() -> dict[str, TypeAdapter[Any]]:
    return {name: TypeAdapter(kind) for name, kind in get_type_hints(ModelCard, include_extras=True).items()}


def _faults(name: str, kind: TypeAdapter[Any], value: object) -> list[Fault]:
    try:
        kind.validate_json(kind.dump_json(value, warnings="none"))
    except ValidationError as error:
        return _causes(name, error)
    except (PydanticSerializationError, AttributeError):
        return [Fault(name, "is not what the card holds there", "make cards with `make_card`")]
    return []


def _read(name: str, kind: TypeAdapter[Any], raw: object) -> Any:  # noqa: ANN401 - of the field's own type
    try:
        return kind.validate_json(json.dumps(raw))
    except ValidationError as error:
        raise CardError.from_faults("The card lacks what it must say", _causes(name, error)) from None


def _causes(name: str, error: ValidationError) -> list[Fault]:
    return [
        Fault(".".join(map(str, (name, *detail["loc"]))), detail["msg"][0].lower() + detail["msg"][1:])
        for detail in error.errors(include_url=False, include_input=False)
    ]
