"""What the prediction API answers: written once, for the server that encodes it and the client that reads it.

An answer names each segment once and each resident's place in it, in the order of the request, so that ten
thousand residents do not carry ten thousand copies of a service plan. Printed, it tells of no resident.
"""

# No `from __future__ import annotations`: msgspec reads these when it makes the types.
from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct


class Texts(Struct, frozen=True):
    """One text in both languages."""

    en: str
    zh: str


class PlannedService(Struct, frozen=True):
    """What a segment gets of one service, in its unit; never below `contract_floor`.

    `is_called` says whether the needs of the segment call for more than the standard, and `because` which
    features do.
    """

    service: str
    title: Texts
    unit: Texts
    effect: Literal["benefit", "burden"]
    amount: float
    contract_floor: float
    is_called: bool
    because: tuple[str, ...]


class Segment(Struct, frozen=True):
    """The name of a segment and its service plan."""

    name: Texts
    plan: tuple[PlannedService, ...]


class Place(Struct, frozen=True, omit_defaults=True, gc=False):
    """Where one resident is.

    `margin` is 0 on the boundary to the next segment and 1 at the centre of its own or beyond; `borderline`
    says that it is under the policy's limit. `imputed` names the needs that were not given and stood in for
    as in training.
    """

    segment: str
    margin: Annotated[float, Meta(ge=0, le=1)]
    borderline: bool
    imputed: tuple[str, ...] = ()


class Prediction(Struct, frozen=True, omit_defaults=True):
    """Segments of residents, in the order of the request.

    `decision` is the digest of the signed approval that `version` is served on; `segments` holds those that
    occur in `results`. `unused` names what was sent that the policy allows and this version does not read, in
    the policy's order. Stop sending it: only what the purpose needs may be processed (PIPL Art. 6).
    """

    model: str
    version: int
    decision: str
    segments: dict[str, Segment]
    results: tuple[Place, ...]
    unused: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Return which version answered of how many residents; not who is where."""
        return f"Prediction({_answered(self)})"

    def _repr_html_(self) -> str:
        return _answer_html("Prediction", "prediction", self)


class Reason(Struct, frozen=True):
    """Why one resident is in a segment and not in `runner_up`: exact, not sampled.

    `gap` is the squared distance to the centre of the runner-up less that to the own; the sum of
    `contributions` (weight times deviation from the mean resident; positive ones speak for the segment) and
    `constant` is the gap. `text` says the strongest in words.
    """

    segment: str
    runner_up: str
    margin: Annotated[float, Meta(ge=0, le=1)]
    borderline: bool
    gap: float
    contributions: dict[str, float]
    constant: float
    text: Texts
    imputed: tuple[str, ...] = ()


class Explanation(Struct, frozen=True, omit_defaults=True):
    """Reasons of residents, in the order of the request; otherwise as `Prediction`."""

    model: str
    version: int
    decision: str
    segments: dict[str, Segment]
    results: tuple[Reason, ...]
    unused: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Return which version answered of how many residents; not who is where, and why."""
        return f"Explanation({_answered(self)})"

    def _repr_html_(self) -> str:
        return _answer_html("Explanation", "explanation", self)


class Feature(Struct, frozen=True):
    """A need that a request may hold: its kind, unit, range (both ends included) or values, and why.

    `is_read` says whether this version reads it; one that it does not read is never `required`, and need not
    be sent.
    """

    name: str
    title: Texts
    kind: Literal["count", "number", "share", "ordinal", "category", "flag"]
    required: bool
    is_read: bool
    why: Texts
    unit: Texts | None = None
    range: tuple[float, float] | None = None
    values: tuple[str, ...] | None = None


class Described(Struct, frozen=True):
    """A segment of the model: its plain rule (None where none could be told), size and service plan."""

    id: str
    name: Texts
    share: Annotated[float, Meta(ge=0, le=1)]
    rule: Texts | None
    plan: tuple[PlannedService, ...]


class Model(Struct, frozen=True):
    """The version that is served now.

    `digest` is that of its bundle, `policy` and `card` those of the policy and the card in it; `valid_until`
    is the last day (UTC, ISO 8601) on which it may be served.
    """

    name: str
    title: Texts
    version: int
    decision: str
    valid_until: str
    digest: str
    policy: str
    card: str
    purpose: Texts
    prohibited_uses: tuple[Texts, ...]
    segments: tuple[Described, ...]
    features: tuple[Feature, ...]

    def __repr__(self) -> str:
        """Return which version it is, and how long it may be served."""
        told = f"{len(self.segments)} segments, {len(self.features)} features"
        return f"Model({self.name!r} version {self.version}, {told}, until {self.valid_until})"

    def _repr_html_(self) -> str:
        head = f"{self.title.en}: {self.name} version {self.version}, served until {self.valid_until}"
        rows = [(one.id, one.name.en, f"{one.share:.1%}") for one in self.segments]
        asked = [(one.name, one.kind, "yes" if one.required else "no", one.why.en) for one in self.features]
        return _page(
            head,
            ("Segments", ("id", "segment", "share"), rows),
            ("Features of a request", ("name", "kind", "required", "why the purpose needs it"), asked),
        )


class Version(Struct, frozen=True):
    """Where one version stands in review: since when, why, and whose signature is missing."""

    version: int
    state: str
    since: str | None
    why: str
    missing: tuple[str, ...]
    valid_until: str | None


class Versions(Struct, frozen=True):
    """Every version that was ever submitted, the newest first."""

    model: str
    versions: tuple[Version, ...]

    def __repr__(self) -> str:
        """Return how many versions there are."""
        return f"Versions({self.model!r}, {len(self.versions)} versions)"

    def _repr_html_(self) -> str:
        rows = [(one.version, one.state, one.since or "–", one.why) for one in self.versions]
        return _page(f"Versions of {self.model}", ("In review", ("version", "state", "since", "why"), rows))


class Fault(Struct, frozen=True, omit_defaults=True):
    """One thing that is wrong with a request; never a value that was sent.

    `pointer` is a JSON pointer (RFC 6901) into the request; `article` names the law that forbids the field or
    the value, and `reason` says what it asks for.
    """

    pointer: str
    rule: str
    fix: str
    article: str | None = None
    reason: Texts | None = None


class Problem(Struct, frozen=True, omit_defaults=True):
    """What went wrong (RFC 9457, ``application/problem+json``).

    `instance` names the request, as its header ``X-Request-Id`` does; `faults` lists at most 100, and `more`
    counts the others.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str
    faults: tuple[Fault, ...] = ()
    more: int = 0


def _answered(answer: Prediction | Explanation) -> str:
    told = f"{len(answer.results)} residents, {len(answer.segments)} segments"
    return f"{answer.model!r} version {answer.version}, {told}"


def _answer_html(kind: str, name: str, answer: Prediction | Explanation) -> str:
    residents = f"{len(answer.results):,} residents"
    head = f"{kind} of {residents} by {answer.model} version {answer.version}"
    rows = [(key, one.name.en, _more(one)) for key, one in answer.segments.items()]
    unused = f" Not read: {', '.join(answer.unused)}." if answer.unused else ""
    foot = f"Each in the order of the request: {name}.results.{unused}"
    return _page(head, ("Segments that occur", ("id", "segment", "more of"), rows), foot=foot)


def _more(segment: Segment) -> str:
    return ", ".join(one.title.en for one in segment.plan if one.is_called) or "the standard of every service"


def _page(
    head: str, *tables: tuple[str, tuple[str, ...], Sequence[tuple[object, ...]]], foot: str = ""
) -> str:
    from markupsafe import Markup  # noqa: PLC0415 - a notebook alone asks for it

    from segmentation.shown import table  # noqa: PLC0415 - a notebook alone asks for it

    written = Markup("").join(table(*one) for one in tables)
    told = Markup("<p>{}</p>").format(foot) if foot else Markup("")
    return Markup("<p><strong>{}</strong></p>").format(head) + written + told
