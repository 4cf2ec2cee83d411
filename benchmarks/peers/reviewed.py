"""An office with many versions of the demo's model, for a benchmark of the pages, and people who decide.

Two builds of simulated residents take turns: one in which the planted carrier is found, one without it.
"""

from __future__ import annotations

import json
import secrets
import tomllib
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any

from peers.model import AS_OF, POLICY

from segmentation.cli.demo import fill_in
from segmentation.home import Home
from segmentation.impact import answers_from, assess, draft_answers
from segmentation.ledger.api_keys import SCOPES
from segmentation.ledger.book import Book, begin
from segmentation.ledger.records import Waiver
from segmentation.ledger.trust import ROOT_FILE, trust_of
from segmentation.mitigation import Mitigation
from segmentation.pipeline import build
from segmentation.policy import policy_from
from segmentation.policy.catalogue import load_catalogue
from segmentation.residents import residents_from
from segmentation.reviews.api_keys import issue_api_key
from segmentation.reviews.desk import Desk, Signer
from segmentation.reviews.keyfiles import open_key
from segmentation.reviews.people import add_person
from segmentation.reviews.waivers import blocking_of
from segmentation.signing import PrivateKey, sha256
from segmentation.simulate import simulate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from segmentation.impact import Impact
    from segmentation.pipeline import Candidate

PASSPHRASE = "made up for the benchmark"  # noqa: S105 - opens keys that live for minutes
COMPLIANCE, BUSINESS = "Bench compliance", "Bench business"
PEOPLE = {
    "Bench trainer": "trainer",
    COMPLIANCE: "compliance",
    BUSINESS: "business",
    "Bench administrator": "administrator",
}
MADE_UP = "Made up for the benchmark: nobody has judged anything here."
ENDS = {3: "reject", 5: "request_changes", 7: "revoke", 8: ""}
"""What becomes of a version, by its last digit; the others are approved, and serve until the next one."""
WAITING = 2
"""The last versions: one that is in service, and one that waits for its signatures."""


@dataclass(frozen=True)
class Reviewed:
    """The office.

    Attributes
    ----------
    home : Path
    model : str
    key : str
        An API key for everything.
    purpose, notice : str
        For which residents consent, and the version of the notice that tells it.
    resident : dict
        One whom the model takes.
    active, waiting, versions : int
        The version in service, the one that waits for signatures, and how many there are.
    findings, events : int
        On a card; in the ledger.
    """

    home: Path
    model: str
    key: str
    purpose: str
    notice: str
    resident: dict[str, Any]
    active: int
    waiting: int
    versions: int
    findings: int
    events: int


def reviewed(folder: Path, versions: int, residents: int) -> Reviewed:
    """Begin a ledger at a home, with people whose keys rest there, and versions in several states."""
    home, root = Home(folder), PrivateKey.generate()
    home.keys.mkdir(parents=True)
    (home.keys / ROOT_FILE).write_text(root.public.text, encoding="utf-8")
    trust = trust_of(home, {})
    begin(trust.ledger, root, _now())
    builds = _builds(residents)
    with Book(trust, _now) as book:
        for name, role in PEOPLE.items():
            until = _today() + timedelta(days=30)
            add_person(book, root, name, [role], until, home=home, passphrase=PASSPHRASE)
        signers = {name: Signer(name, open_key(home, name, PASSPHRASE)) for name in PEOPLE}
        desk = Desk(book, trust, load_catalogue().digest)
        for version in range(1, versions + 1):
            _decide(desk, signers, builds[version % 2], version, versions, folder)
        until = _now() + timedelta(days=1)
        key, _ = issue_api_key(
            book,
            signers["Bench administrator"],
            "bench",
            SCOPES,
            until,
            1_000,
            MADE_UP,
            secrets.token_bytes,
            purposes=(builds[0].policy.purpose.key,),
        )
        events = book.history().head.seq
    of = builds[0]
    return Reviewed(
        home=folder,
        model=of.policy.name,
        key=key,
        purpose=of.policy.purpose.key,
        notice=of.policy.purpose.notice_versions[-1],
        resident=_resident(of),
        active=versions - 1,
        waiting=versions,
        versions=versions,
        findings=len(of.audit.findings),
        events=events,
    )


def _builds(residents: int) -> tuple[Candidate, Candidate]:
    """Fit twice: without the planted carrier, and with it."""
    raw = tomllib.loads(POLICY.read_text(encoding="utf-8"))
    raw["clustering"] |= {"bootstraps": 10, "shuffles": 19, "shuffle_p": 0.06}
    policy = policy_from(raw)
    people = residents_from(simulate(residents).residents, policy, as_of=AS_OF)
    without = Mitigation("drop", features=("phone_contact",))
    return build(policy, people, n_segments=6, mitigation=without), build(policy, people, n_segments=6)


def _decide(
    desk: Desk, signers: dict[str, Signer], of: Candidate, version: int, versions: int, folder: Path
) -> None:
    files = _files(of)
    desk.submit(
        of.policy,
        of.card,
        files,
        {"scorer.json": sha256(files["scorer.json"])},
        _impact(folder, of, version),
        version=version,
        signer=signers["Bench trainer"],
        trained_by=["Bench trainer"],
        reason=MADE_UP,
    )
    if version == versions:
        return
    about = {"signer": signers[COMPLIANCE], "reason": MADE_UP}
    ended = ENDS.get(version % 10, "approve") if version <= versions - WAITING else "approve"
    if ended in {"approve", "revoke"}:
        _approve(desk, [signers[COMPLIANCE], signers[BUSINESS]], of, version)
    if ended not in {"approve", ""}:
        getattr(desk, ended)(of.policy.name, version, **about)


def _approve(desk: Desk, signers: Sequence[Signer], of: Candidate, version: int) -> None:
    soon = _today() + timedelta(days=30)
    waivers = [Waiver(finding=one.key, reason=MADE_UP, expires=soon) for one in blocking_of(of.card)]
    for signer in signers:
        desk.approve(of.policy.name, version, signer=signer, reason=MADE_UP, waivers=waivers)


def _files(of: Candidate) -> dict[str, bytes]:
    texts = {
        "policy.json": json.dumps(of.policy.model_dump(mode="json"), ensure_ascii=False),
        "scorer.json": of.scorer.to_json(),
        "card.json": of.card.to_json(),
        "audit.json": json.dumps(of.audit.to_dict()),
    }
    return {name: text.encode() for name, text in texts.items()}


def _impact(folder: Path, of: Candidate, version: int) -> Impact:
    draft = folder / "answers.toml"
    draft.write_text(draft_answers(of.policy, of.card), encoding="utf-8")
    with redirect_stdout(StringIO()):
        fill_in(draft, _today())
    answers = answers_from(tomllib.loads(draft.read_text(encoding="utf-8")))
    return assess(of.policy, of.card, answers, version=version, today=_today())


def _resident(of: Candidate) -> dict[str, Any]:
    """Return somebody of whom only what must be told is told."""
    told = simulate(1_000).residents.dropna(subset=list(of.policy.features)).head(1).to_dict("records")[0]
    kinds = {name: of.policy.features[name].kind for name in of.policy.features}
    return {name: _plain(kind, told[name]) for name, kind in kinds.items()}


def _plain(kind: str, value: float | str) -> float | str:
    """Return a value as JSON holds it."""
    if kind == "count":
        return int(value)
    if kind == "flag":
        return bool(value)
    return str(value) if isinstance(value, str) else float(value)


def _now() -> datetime:
    return datetime.now(UTC)


def _today() -> date:
    return _now().date()
