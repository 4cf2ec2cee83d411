"""What the service says of the version that it serves: segments and plans, needs, its history.

Names and plans of segments are in every answer, so they are read from the card once. What is told in
sentences (plain rules) needs words of two languages, loaded when the first one asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from segmentation.answers import Described, Feature, Model, PlannedService, Segment, Texts, Version, Versions
from segmentation.errors import BundleError
from segmentation.policy import Text
from segmentation.policy.catalogue import load_catalogue
from segmentation.policy.features import NUMERIC
from segmentation.signing import sha256
from serving.calls import Reply
from serving.languages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from segmentation.approved import Approved, Former
    from segmentation.ledger.standing import Standing
    from segmentation.ledger.standing import State as Stage
    from segmentation.policy import Feature as Allowed
    from serving.calls import Call
    from serving.state import State

T = TypeVar("T")
STATES: Mapping[Stage, str] = {
    "draft": "Never submitted",
    "submitted": "Submitted for review",
    "approved": "Approved by two reviewers, and not in service",
    "changes_requested": "Sent back by a reviewer who asks for changes",
    "rejected": "Rejected by a reviewer",
    "active": "In service",
    "suspended": "Suspended",
    "superseded": "Superseded by another version",
    "expired": "Expired",
    "revoked": "Revoked for good",
}


def segments_of(approved: Approved | Former, card: Mapping[str, Any]) -> dict[str, Segment]:
    """Return the name and the service plan of every segment, in the order of the scorer.

    Parameters
    ----------
    approved : Approved or Former
    card : mapping
        The card's JSON, parsed.

    Raises
    ------
    BundleError
        The card does not describe exactly the segments that the scorer gives.
    """
    try:
        services = {service["key"]: service for service in card["services"]}
        found = {told["id"]: _segment(told, services) for told in card["segments"]}
    except (KeyError, TypeError, msgspec.ValidationError):
        found = {}
    if found.keys() != set(approved.scorer.segments):
        raise BundleError(
            f"The card of {approved.name} version {approved.version} does not describe the segments that its "
            "scorer gives. Build the version anew and submit that."
        )
    return {segment: found[segment] for segment in approved.scorer.segments}


def model_of(approved: Approved, card: Mapping[str, Any], segments: Mapping[str, Segment]) -> Model:
    """Return what the service says of a version.

    Parameters
    ----------
    approved : Approved
    card : mapping
        The card's JSON, parsed.
    segments : mapping of str to Segment
        As `segments_of` returns them.
    """
    policy, read = approved.policy, frozenset(approved.scorer.features)
    return Model(
        name=approved.name,
        title=_texts(policy.title),
        version=approved.version,
        decision=approved.decision,
        valid_until=str(approved.valid_until),
        digest=approved.digest,
        policy=policy.digest,
        card=sha256(approved.card),
        purpose=_texts(policy.purpose.text),
        prohibited_uses=tuple(map(_texts, policy.prohibited_uses)),
        segments=tuple(_described(approved, card, segments)),
        features=tuple(_feature(name, told, is_read=name in read) for name, told in policy.features.items()),
    )


def model(call: Call, state: State) -> Reply:
    """Answer what is served: ``GET /v1/model``, `Model`."""
    call.served = served = state.watch.served()
    return Reply(msgspec.json.encode(served.model))


def versions(call: Call, state: State) -> Reply:
    """Answer where every version stands in review: ``GET /v1/model/versions``, `Versions`.

    It tells states and days. Who decided, and with which words, is in the ledger for those who may read it.
    """
    del call
    history, name, now = state.watch.history(), state.settings.model, state.clock()
    catalogue = load_catalogue().digest
    found = [history.standing(name, version, now, catalogue) for _, version in history.versions(name)]
    return Reply(msgspec.json.encode(Versions(name, tuple(map(_version, reversed(found))))))


# ---- Segments and needs -----------------------------------------------------------------------------


def _segment(told: Mapping[str, Any], services: Mapping[str, Mapping[str, Any]]) -> Segment:
    plan = tuple(_planned(one, services[one["service"]]) for one in told["plan"])
    return Segment(Texts(**told["name"]), plan)


def _planned(told: Mapping[str, Any], service: Mapping[str, Any]) -> PlannedService:
    return PlannedService(
        service=told["service"],
        title=Texts(**service["title"]),
        unit=Texts(**service["unit"]),
        effect=service["effect"],
        amount=told["amount"],
        contract_floor=told["contract_floor"],
        is_called=told["is_called"],
        because=tuple(told["because"]),
    )


def _texts(text: Text) -> Texts:
    return Texts(text.en, text.zh)


def _feature(name: str, told: Allowed, *, is_read: bool) -> Feature:
    measured = told.kind in NUMERIC
    return Feature(
        name=name,
        title=_texts(told.title),
        kind=told.kind,
        required=is_read and told.required,
        is_read=is_read,
        why=_texts(told.why),
        unit=None if told.unit is None else _texts(told.unit),
        range=(told.low, told.high) if measured else None,
        values=told.values,
    )


def _described(
    approved: Approved, card: Mapping[str, Any], segments: Mapping[str, Segment]
) -> Iterable[Described]:
    told = {one["id"]: one for one in card["segments"]}
    rules = _rules(approved, card)
    for name, segment in segments.items():
        yield Described(name, segment.name, told[name]["share"], rules[name], segment.plan)


def _rules(approved: Approved, card: Mapping[str, Any]) -> dict[str, Texts | None]:
    """Return the plain rule of each segment in the words of the card."""
    from segmentation.card import needs, parts  # noqa: PLC0415 - these words take time and memory
    from segmentation.wording import Reader, titles_of  # noqa: PLC0415 - as above

    titles = titles_of(approved.policy)
    readers = {language: Reader(language, titles) for language in LANGUAGES}
    features = {one["key"]: _read(one, parts.Feature) for one in card["features"]}

    def said(raw: Mapping[str, Any]) -> Texts:
        rule = _read(raw, parts.Rule)
        return Texts(**{language: needs.rule(reader, features, rule) for language, reader in readers.items()})

    return {one["id"]: None if one["rule"] is None else said(one["rule"]) for one in card["segments"]}


def _read(raw: Mapping[str, Any], kind: type[T]) -> T:
    """Return a part of a card; the card was checked when it was made, and signed."""
    return msgspec.convert(raw, kind, dec_hook=lambda _, text: Text(**text))


def _version(standing: Standing) -> Version:
    day = None if standing.since is None else standing.since.date()
    return Version(
        version=standing.version,
        state=standing.state,
        since=None if standing.since is None else standing.since.isoformat(),
        why=f"{STATES[standing.state]}{'' if day is None else f', since {day} (UTC)'}.",
        missing=standing.missing,
        valid_until=None if standing.valid_until is None else str(standing.valid_until),
    )
