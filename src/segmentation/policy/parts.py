"""The other parts of a policy: purpose, table, people's groups, clustering, limits and services."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from segmentation.policy.base import Column, Header, Name, Part, Sentence, Text, refuse

JOINED = " × "
"""Between the names of an intersection's attributes, and of its groups."""
MISSING = "(missing)"
"""The group of residents for whom an attribute is not known."""
MOST_GROUPS = 200
"""An attribute with more groups than this is an identifier by mistake."""
SMALLEST_GROUP = 30
"""Fewest residents that may be judged or shown, where a policy says nothing else."""
FEWEST_SEGMENTS = 2
MOST_SEGMENTS = 30

Check = Literal[
    "total_variation",
    "association",
    "mutual_information",
    "probe_auc",
    "selection_ratio",
    "service_parity",
    "equal_opportunity",
]
"""What the audit can check; a policy says which of them gate, the others screen."""


class Purpose(Part):
    """One stated purpose, and the consent that it rests on (PIPL Art. 6, 13, 14)."""

    key: Name = Field(description="The purpose's key; consent is read from the columns consent_KEY….")
    text: Text = Field(description="The purpose as the notice to residents states it.")
    legal_basis: Sentence = Field(description="The article and item it rests on, such as PIPL Art. 13(1)(1).")
    consent: Literal["required", "not_required"] = Field("required", description="Whether rows need consent.")
    consent_reason: Text | None = Field(None, description="Why no consent is needed; shown in red.")
    notice_versions: tuple[str, ...] = Field(
        (), description="Versions of the notice whose consent counts; empty: every version."
    )

    @field_validator("consent_reason")
    @classmethod
    def _reason_given(cls, reason: Text | None, info: ValidationInfo) -> Text | None:
        waived = info.data.get("consent") == "not_required"
        refuse((waived and reason is None, "consent = 'not_required' needs a `consent_reason`"))
        return reason


class OptionalPurpose(Part):
    """A further purpose that residents may consent to or not: no service depends on it (PIPL Art. 14, 16)."""

    key: Name = Field(description="The purpose's key; consents on record and API keys name it.")
    text: Text = Field(description="The purpose as the notice to residents states it.")
    legal_basis: Sentence = Field(description="The article and item it rests on, such as PIPL Art. 13(1)(1).")
    features: tuple[Column, ...] = Field(
        (), description="Allowed features that it uses beside the segment; the notice tells of them."
    )
    notice_versions: tuple[str, ...] = Field(
        (), description="Versions of the notice whose consent counts; empty: every version."
    )

    @property
    def consent(self) -> Literal["required"]:
        """It always rests on consent: what the contract needs is not optional."""
        return "required"

    @property
    def consent_reason(self) -> None:
        """Why it would need none; there is no such reason."""
        return


class Table(Part):
    """How the residents table is laid out."""

    id: Header = Field(description="The column of opaque ids; never a name or a document number.")
    collected_on: Header | None = Field(None, description="The column with the day a row was collected.")
    source: Header | None = Field(None, description="The column that says where a row was collected.")
    population: dict[Header, Annotated[tuple[Sentence, ...], Field(min_length=1)]] = Field(
        default_factory=dict, description="Columns and the values that belong to this policy's population."
    )
    quarantine_share: float = Field(
        0.0, ge=0, lt=0.5, description="Largest share of faulty rows that may be left out; more is an error."
    )


def _titled(groups: Any) -> Any:  # noqa: ANN401 - raw TOML, checked by pydantic next
    if not isinstance(groups, list):
        return groups
    refuse(
        (not all(isinstance(group, str) for group in groups), 'write every group as a text, such as "true"'),
        (len(set(map(str, groups))) != len(groups), "every group may stand only once"),
    )
    return {group: {"en": group, "zh": group} for group in groups}


def _is_free(groups: dict[str, Text]) -> dict[str, Text]:
    taken = [group for group in groups if group == MISSING or JOINED.strip() in group]
    refuse((bool(taken), f"'{MISSING}' and '{JOINED.strip()}' stand for something else in an audit's tables"))
    return groups


_ENOUGH = Field(min_length=2, max_length=MOST_GROUPS)
_Written = Annotated[dict[Sentence, Text], _ENOUGH] | Annotated[list[Sentence], _ENOUGH]
Groups = Annotated[
    dict[Sentence, Text],
    _ENOUGH,
    BeforeValidator(_titled, json_schema_input_type=_Written),
    AfterValidator(_is_free),
]


class Attribute(Part):
    """A protected attribute: seen by the audit alone, and only with a consent of its own."""

    title: Text = Field(description="What a reader calls it.")
    groups: Groups = Field(description="Its groups: a list, or each value with its title in both languages.")
    harm: Text = Field(description="The harm to watch for if segments follow this attribute.")


class Proxy(Attribute):
    """A column that can stand in for a protected attribute: audited like one, never a feature."""

    stands_for: tuple[Header, ...] = Field(min_length=1, description="The protected attributes it hints at.")


class Denied(Part):
    """A column that may be in the table and must not be used."""

    reason: Text = Field(description="Why it is not used.")


class Clustering(Part):
    """How segments are found."""

    segments: tuple[int, int] = Field((2, 10), description="Fewest and most segments to try.")
    seed: int = Field(0, ge=0, description="Seed of every random step.")
    smallest_share: float = Field(0.05, gt=0, le=0.5, description="Smallest share of residents in a segment.")
    prediction_strength: float = Field(
        0.8, gt=0, le=1, description="Least prediction strength (Tibshirani & Walther 2005)."
    )
    splits: int = Field(5, ge=2, le=100, description="Random halvings per number of segments.")
    sample_size: int = Field(4000, ge=100, description="Residents in the sample that is halved.")
    restarts: int = Field(10, ge=1, le=1000, description="Restarts of k-means; the best one is kept.")
    bootstrap_jaccard: float = Field(
        0.75,
        gt=0,
        le=1,
        description="Least mean bootstrap Jaccard similarity of every segment (Hennig 2007).",
    )
    bootstraps: int = Field(50, ge=10, le=1000, description="Bootstrap samples per number of segments.")
    shuffles: int = Field(99, ge=19, le=9999, description="Shuffles that the segments must beat.")
    shuffle_p: float = Field(
        0.01, gt=0, lt=0.5, description="Largest p value against shuffled columns that counts as structure."
    )
    fit_sample: int = Field(
        100_000,
        ge=1000,
        description="Residents that the restarts look at; all others move the centres after.",
    )
    borderline: float = Field(
        0.1, gt=0, lt=1, description="Margin to the next segment under which a resident is borderline."
    )
    same_segment: float = Field(
        0.5, ge=0.5, lt=1, description="Least overlap (Jaccard) with a segment of before to be the same one."
    )

    @field_validator("segments")
    @classmethod
    def _sizes_fit(cls, ends: tuple[int, int]) -> tuple[int, int]:
        fits = FEWEST_SEGMENTS <= ends[0] <= ends[1] <= MOST_SEGMENTS
        refuse((not fits, f"`segments` is [fewest, most] within {FEWEST_SEGMENTS} and {MOST_SEGMENTS}"))
        return ends

    @field_validator("smallest_share")
    @classmethod
    def _share_fits(cls, share: float, info: ValidationInfo) -> float:
        fewest = info.data.get("segments", (FEWEST_SEGMENTS,))[0]
        refuse((fewest * share > 1, "`smallest_share` times the fewest segments is above 1"))
        return share

    @field_validator("shuffle_p")
    @classmethod
    def _is_reached(cls, limit: float, info: ValidationInfo) -> float:
        least = 1 / (info.data.get("shuffles", 99) + 1)
        refuse((limit < least, f"so many `shuffles` reach no p value under {least:.2g}; raise them or it"))
        return limit


def _is_pair(names: tuple[str, ...]) -> tuple[str, ...]:
    refuse((len(set(names)) != len(names), "an intersection names each attribute once"))
    return names


class Limits(Part):
    """What the audit tests against. No law sets these numbers, so the policy does."""

    smallest_group: int = Field(
        SMALLEST_GROUP, ge=10, description="Fewest residents that may be judged or shown."
    )
    confidence: float = Field(0.95, ge=0.8, lt=1, description="Confidence of every interval and test.")
    selection_ratio: float = Field(0.8, gt=0, lt=1, description="Least ratio of a group's rate to the rest.")
    total_variation: float = Field(
        0.1, gt=0, lt=1, description="Largest share of a group that would need another segment."
    )
    association: float = Field(0.1, gt=0, lt=1, description="Most association of segment and attribute (V).")
    mutual_information: float = Field(
        0.02, gt=0, lt=1, description="Most normalised mutual information of segment and attribute."
    )
    probe_auc: float = Field(0.6, gt=0.5, lt=1, description="Most AUC of guessing a group from the segment.")
    intersections: tuple[
        Annotated[tuple[Header, ...], Field(min_length=2, max_length=3), AfterValidator(_is_pair)], ...
    ] = Field((), description="Attributes to be judged together, such as age band and sex.")
    explained_by: tuple[Header, ...] = Field(
        (), description="Features that may lawfully explain a difference."
    )
    gates: tuple[Check, ...] = Field(
        ("total_variation", "association", "service_parity"),
        min_length=1,
        description="Checks that block approval when undetermined; the others screen.",
    )


class Service(Part):
    """A service, what the contract promises of it, and the needs that call for more."""

    title: Text = Field(description="What a reader calls it.")
    unit: Text = Field(description="The unit of its amounts, such as visits a month.")
    effect: Literal["benefit", "burden"] = Field(description="Whether more of it is good or bad for them.")
    contract_floor: float = Field(ge=0, description="The amount that the contract promises everybody.")
    standard: float = Field(ge=0, description="The amount without a special need.")
    called: float = Field(ge=0, description="The larger amount for a segment whose needs call for it.")
    needs: dict[Header, Sentence] = Field(
        min_length=1, description="Features and what calls for the service: high, low, or a category's value."
    )
    match: Literal["any", "all"] = Field("any", description="Whether one of the needs calls, or only all.")
    at_least: float = Field(0.5, gt=0, description="Least standardised difference from the other segments.")

    @field_validator("standard", "called")
    @classmethod
    def _floor_holds(cls, amount: float, info: ValidationInfo) -> float:
        below = amount < info.data.get("contract_floor", 0.0)
        refuse((below, "is below `contract_floor`, and no plan goes below the contract"))
        return amount

    @field_validator("called")
    @classmethod
    def _call_counts(cls, amount: float, info: ValidationInfo) -> float:
        refuse((amount <= info.data.get("standard", -1.0), "is not above `standard`: a need calls for more"))
        return amount
