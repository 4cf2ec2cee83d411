"""How a version, its decisions and what somebody is about to sign are told on a terminal."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from segmentation.cli.review.passed import Passed, counted, passed, statuses, worst_first

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from segmentation.ledger.comments import Comment
    from segmentation.ledger.event import Event
    from segmentation.ledger.records import Decision, Digests, Waiver
    from segmentation.ledger.standing import Standing
    from segmentation.reviews.waivers import Blocking

SHORT = 19
"""Letters of a digest that people compare: sha256: and twelve digits."""


def line(standing: Standing) -> str:
    """Return in one line where a version stands."""
    since = "" if standing.since is None else f" since {standing.since:%Y-%m-%d %H:%M} UTC"
    until = "" if standing.valid_until is None else f", valid until {standing.valid_until}"
    return f"{standing.model} version {standing.version}: {words(standing.state)}{since}{until}"


def words(key: str) -> str:
    """Return the key of a state or an action as words."""
    return key.replace("_", " ")


def page(
    standing: Standing,
    blocking: Sequence[Blocking],
    records: Sequence[tuple[Event, Decision]],
    comments: Sequence[tuple[Event, Comment]] = (),
) -> Iterator[str]:
    """Yield all that there is to say of a version, a line at a time."""
    yield line(standing)
    yield f"  {standing.why}"
    yield from (f"  {told}" for told in _open(standing))
    submission = standing.submission
    if submission is None:
        return
    yield f"  Audit verdict: {submission.verdict}; trained by {' and '.join(submission.trained_by)}"
    yield from _blocked(submission, blocking)
    yield "Decisions, oldest first"
    for event, decision in records:
        yield f"  {event.at:%Y-%m-%d %H:%M} UTC  {decided(decision)}"
        yield from (f"    {told}" for told in waived(decision.waivers))
        yield from (f"    on condition: {condition}" for condition in decision.conditions)
    yield from _commented(comments, submission)
    yield "Digests"
    yield from (f"  {name:<8} {digest}" for name, digest in short(submission.digests).items())


def decided(decision: Decision) -> str:
    """Return a decision in one line: what, who, in which role, until when, why."""
    until = "" if decision.valid_until is None else f", until {decision.valid_until}"
    return f"{words(decision.action)} by {decision.by} ({decision.role}){until}: {decision.reason}"


def _commented(comments: Sequence[tuple[Event, Comment]], submission: Decision) -> Iterator[str]:
    """Yield what people said about sections, and which of it is about an earlier submission."""
    if comments:
        yield "Comments, oldest first"
    for event, comment in comments:
        earlier = "" if comment.bundle == submission.digests.bundle else ", on an earlier submission"
        yield f"  {event.at:%Y-%m-%d %H:%M} UTC  by {comment.by} ({comment.role}){earlier}"
        for remark in comment.remarks:
            first, *more = remark.text.split("\n")
            yield f"    {remark.section}: {first}"
            yield from (f"      {line}" for line in more)


def waived(waivers: Sequence[Waiver]) -> Iterator[str]:
    """Yield how many findings were waived until when and why, a line for each day and reason."""
    found = Counter((waiver.expires, waiver.reason) for waiver in waivers)
    for (expires, reason), number in sorted(found.items(), key=lambda one: (-one[1], one[0])):
        yield f"waived {counted(number)} until {expires}: {reason}"


def approval(
    decision: Decision,
    blocking: Sequence[Blocking],
    approvals: Sequence[Decision] = (),
    *,
    full: bool = False,
) -> Iterator[str]:
    """Yield in words what somebody is about to sign.

    Parameters
    ----------
    decision : Decision
    blocking : sequence of Blocking
        What the card says of the findings that are waived.
    approvals : sequence of Decision
        Those of this round that count already; they may end before this one.
    full : bool
        Whether to tell each waived finding in a sentence.
    """
    yield f"{decision.by} ({decision.role}) is about to sign:"
    yield f"  {words(decision.action)} {decision.model} version {decision.version}"
    yield f"  audit verdict: {decision.verdict}"
    yield from passed([Passed.of(waiver) for waiver in decision.waivers], blocking, full=full)
    if decision.waivers and not full:
        yield "  each in a sentence: --full, or `segmentation review show`"
    yield from (f"  on condition: {condition}" for condition in decision.conditions)
    yield from ends(decision, approvals)
    yield f"  reason: {decision.reason}"
    yield "  digests of what is signed:"
    yield from (f"    {name:<8} {digest}" for name, digest in short(decision.digests).items())


def ends(decision: Decision, approvals: Sequence[Decision] = ()) -> Iterator[str]:
    """Yield until when an approval really holds, and by what it ends before its own last day."""
    from segmentation.ledger.track import last_day
    from segmentation.reviews.foreseeing import lasting

    found = lasting(decision, approvals)
    if found is None:
        return
    if not found.early:
        yield f"  valid until: {found.end}"
    else:
        alone = len(found.early) == 1
        which = f"the waiver of {found.early[0]} ends" if alone else f"{len(found.early):,} waivers end"
        yield f"  valid until: {found.end}, because {which} then (it would hold until {found.until})"
    for one in found.sooner:
        yield f"  both together: until {last_day(one)}, because the approval by {one.by} ends then"


def short(digests: Digests) -> dict[str, str]:
    """Return the beginnings of digests by name; the model's files are counted, and its scorer is told."""
    told = {
        name: f"{digest[:SHORT]}…" for name, digest in digests.model_dump().items() if isinstance(digest, str)
    }
    scorer = digests.model.get("scorer.json", "")[:SHORT]
    return told | {"model": f"{len(digests.model)} files, scorer {scorer}…"}


def content(
    standing: Standing,
    blocking: Sequence[Blocking] = (),
    records: Sequence[tuple[Event, Decision]] = (),
    comments: Sequence[tuple[Event, Comment]] = (),
) -> dict[str, Any]:
    """Return where a version stands as plain data."""
    submission = standing.submission
    return {
        "model": standing.model,
        "version": standing.version,
        "state": standing.state,
        "since": standing.since and standing.since.isoformat(),
        "why": standing.why,
        "missing": list(standing.missing),
        "valid_until": standing.valid_until and standing.valid_until.isoformat(),
        "verdict": submission and submission.verdict,
        "blocking": _blocking(submission, {one.key: one for one in blocking}),
        "digests": submission and submission.digests.model_dump(mode="json"),
        "decisions": [{"event": event.seq, **decision.content()} for event, decision in records],
        "comments": [{"event": event.seq, **comment.content()} for event, comment in comments],
    }


def _blocking(submission: Decision | None, told: Mapping[str, Blocking]) -> list[dict[str, object]]:
    keys = () if submission is None else submission.blocking
    return [
        {"finding": key, "sentence": told[key].sentence.model_dump() if key in told else None} for key in keys
    ]


def _open(standing: Standing) -> Iterator[str]:
    """Yield whose signatures are missing, and what can be done now."""
    from segmentation.ledger.standing import FOLLOWING, TRANSITIONS

    if standing.missing:
        yield f"Missing: the signature for {' and the one for '.join(standing.missing)}"
    possible = [words(step) for step in TRANSITIONS[standing.state] if step not in FOLLOWING]
    yield f"Possible now: {', '.join(possible) or 'nothing more'}"


def _blocked(submission: Decision, blocking: Sequence[Blocking]) -> Iterator[str]:
    if not submission.blocking:
        yield "Nothing blocks the signature"
        return
    told = {one.key: one for one in blocking}
    verb = "blocks" if len(submission.blocking) == 1 else "block"
    count = f"{counted(len(submission.blocking))}{statuses(submission.blocking, told)}"
    yield f"{count} {verb} the signature, unless waived:"
    for attribute, keys in worst_first(submission.blocking, told).items():
        yield f"  {attribute}: {len(keys):,}"
        for key in keys:
            yield f"    {told[key].status:<12} {key}" if key in told else f"    {key}"
            if key in told:
                yield f"      {told[key].sentence.en}"
