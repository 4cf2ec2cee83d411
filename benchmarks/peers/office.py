"""An office in which the fitted model is approved by two people made up for it, with a key for the load."""

from __future__ import annotations

import json
import secrets
import tomllib
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import TYPE_CHECKING

from segmentation.cli.demo import fill_in
from segmentation.home import Home
from segmentation.impact import answers_from, assess, draft_answers
from segmentation.ledger.book import Book, begin
from segmentation.ledger.records import HIGHEST, Waiver
from segmentation.ledger.trust import ROOT_FILE, trust_of
from segmentation.policy.catalogue import load_catalogue
from segmentation.reviews.api_keys import issue_api_key
from segmentation.reviews.desk import Desk, Signer
from segmentation.reviews.people import add_person
from segmentation.reviews.waivers import blocking_of
from segmentation.signing import PrivateKey, sha256

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from peers.model import Fitted

    from segmentation.impact import Impact

PEOPLE = {
    "Bench trainer": "trainer",
    "Bench compliance": "compliance",
    "Bench business": "business",
    "Bench administrator": "administrator",
}
MADE_UP = "Made up for the benchmark: nobody has judged anything here."


def opened(folder: Path, model: Fitted) -> str:
    """Begin a ledger in a home folder, approve and publish the model; return a key that no load exhausts."""
    home, root, today = Home(folder), PrivateKey.generate(), _now().date()
    home.keys.mkdir(parents=True)
    (home.keys / ROOT_FILE).write_text(root.public.text, encoding="utf-8")
    trust = trust_of(home, {})
    begin(trust.ledger, root, _now())
    keys = {name: PrivateKey.generate() for name in PEOPLE}
    soon = today + timedelta(days=30)
    with Book(trust, _now) as book:
        for name, role in PEOPLE.items():
            add_person(book, root, name, [role], soon, public_key=keys[name].public)
        trainer, *reviewers, administrator = (Signer(name, key) for name, key in keys.items())
        desk = Desk(book, trust, load_catalogue().digest)
        card = model.candidate.card
        files = _files(model)
        desk.submit(
            model.policy,
            card,
            files,
            {"scorer.json": sha256(files["scorer.json"])},
            _impact(folder, model),
            version=1,
            signer=trainer,
            trained_by=[trainer.name],
            reason=MADE_UP,
        )
        waivers = [Waiver(finding=one.key, reason=MADE_UP, expires=soon) for one in blocking_of(card)]
        for reviewer in reviewers:
            desk.approve(model.policy.name, 1, signer=reviewer, reason=MADE_UP, waivers=waivers)
        until = _now() + timedelta(days=1)
        token, _ = issue_api_key(
            book, administrator, "wrk", ["predict"], until, HIGHEST, MADE_UP, secrets.token_bytes
        )
    return token


def _files(model: Fitted) -> Mapping[str, bytes]:
    texts = {
        "policy.json": json.dumps(model.policy.model_dump(mode="json"), ensure_ascii=False),
        "scorer.json": model.candidate.scorer.to_json(),
        "card.json": model.candidate.card.to_json(),
        "audit.json": json.dumps(model.candidate.audit.to_dict()),
    }
    return {name: text.encode() for name, text in texts.items()}


def _impact(folder: Path, model: Fitted) -> Impact:
    draft, today = folder / "answers.toml", _now().date()
    draft.write_text(draft_answers(model.policy, model.candidate.card), encoding="utf-8")
    with redirect_stdout(StringIO()):
        fill_in(draft, today)
    answers = answers_from(tomllib.loads(draft.read_text(encoding="utf-8")))
    return assess(model.policy, model.candidate.card, answers, version=1, today=today)


def _now() -> datetime:
    return datetime.now(UTC)
