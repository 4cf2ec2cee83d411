"""What MLflow's pages say in words: of a run, a version, the model and the experiment, as Markdown.

A version's page opens with the verdict and what blocks a signature, in both languages, for that is what a
reader has to know first. Nothing in it is live: where a version stands is told by a tag, which `mirror` sets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from segmentation.card.markdown import code, escaped
from segmentation.card.standing import shortfall
from segmentation.card.titles import explain, titles_of
from segmentation.card.words import STATUSES
from segmentation.errors import RegistryError
from segmentation.registry.evidence import named
from segmentation.registry.figures import MEASURES, PARAMETERS, unmeasured
from segmentation.wording import LANGUAGES, Reader
from segmentation.wording.language import Voice

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from segmentation.card import ModelCard
    from segmentation.pipeline import Candidate
    from segmentation.policy import Policy
    from segmentation.wording import Language

SHOWN = 3
"""Of the findings that block, the worst so many; the card has all."""
SHORT = 8
"""Letters of a digest that tell one policy from another at a glance."""
OURS = "Candidates of the model "
"""How the experiment's text starts; one that starts otherwise was written by a person, and stays."""
DIGEST = len("sha256:")
WHERE = (
    "The card is under Artifacts: `card/card.en.html`, `card/card.zh.html`; the pictures in `charts`. What "
    "each parameter and metric means stands in the description of the experiment."
)
SIGNED = (
    "A version may serve only when two people have signed it in the ledger. Alias `candidate` is the newest "
    "version, signed or not; alias `champion` mirrors the active one, and nothing is ever loaded by it."
)
FILTERS = (
    "Filter for example by `metrics.findings_blocking = 0` or ``tags.`segmentation.state` = 'active'``. A "
    "metric that was not measured is left out, and named in the tag `segmentation.not_measured`."
)


def title(candidate: Candidate, now: datetime) -> str:
    """Return the name of a run: what it is, by which policy, with which mitigation, and when it was made."""
    found = len(candidate.profiles)
    policy = candidate.policy.digest[DIGEST : DIGEST + SHORT]
    against = "no mitigation" if candidate.mitigation is None else named(candidate.mitigation)
    return f"{found} segment{'s' * (found != 1)}, {against}, policy {policy}, {now:%Y-%m-%d %H:%M} UTC"


def of_run(candidate: Candidate) -> str:
    """Return what a run's page says: the verdict, and where to look."""
    missing = ", ".join(map(code, unmeasured(candidate)))
    lines = [
        *_verdict(candidate.card),
        WHERE,
        f"Not measured here: {missing}." if missing else "",
    ]
    return "\n\n".join(line for line in lines if line)


def of_version(card: ModelCard, version: int, pages: str | None) -> str:
    """Return what a version's page says: the verdict, what blocks, and the page where it is decided about."""
    where = (
        "It is decided about on the pages of review, or by `segmentation review`."
        if pages is None
        else f"[Review version {version} · 审核版本 {version}]({pages}/review/versions/{version})"
    )
    standing = (
        "Where it stands: tag `segmentation.state`. What runs is what the signed ledger says, not an alias."
    )
    return "\n\n".join([*_verdict(card), where, standing])


def of_model(policy: Policy) -> str:
    """Return what the page of the registered model says."""
    return "\n\n".join([
        heading(policy),
        f"{escaped(policy.purpose.text.en)}\n\n{escaped(policy.purpose.text.zh)}",
        f"Owner · 负责人: {escaped(policy.owner.en)} · {escaped(policy.owner.zh)}",
        SIGNED,
        "候选版本须经两人签署、记入账本后方可投入使用；别名不具效力，仅供查看。",
    ])  # fmt: skip


def of_experiment(policy: Policy) -> str:
    """Return what the page of the experiment says: what its runs are, and what each column means."""
    return "\n".join([
        f"{OURS}{code(policy.name)}: {heading(policy)}. One run is one registered version.",
        "",
        "| column | what it is |",
        "| --- | --- |",
        *(f"| {code(f'params.{one.key}')} | {escaped(one.help)} |" for one in PARAMETERS),
        *(f"| {code(f'metrics.{one.key}')} | {escaped(one.help)} |" for one in MEASURES),
        "| `tags.segmentation.state` | candidate, or where the version stands in the ledger. |",
        "| `tags.audit_verdict` | kept, broken or undetermined, which is never a pass. |",
        "",
        FILTERS,
    ])  # fmt: skip


def heading(policy: Policy) -> str:
    """Return the title of a model in both languages."""
    return f"{escaped(policy.title.en)} · {escaped(policy.title.zh)}"


def address(pages: str | None) -> str | None:
    """Return the address of the pages of review without its last slash.

    Raises
    ------
    RegistryError
        It is no address of the web, or carries a name, a password or a query: everybody would read it.
    """
    if pages is None:
        return None
    parts = urlsplit(pages)
    is_plain = not (parts.username or parts.password or parts.query or parts.fragment)
    if (
        parts.scheme in {"http", "https"}
        and parts.hostname
        and is_plain
        and not set(pages) & set(" ()<>[]\\")
    ):
        return pages.rstrip("/")
    message = (
        "The address of the pages of review must be of the form https://host/path, without name, password or "
        "query: whoever opens MLflow reads it."
    )
    raise RegistryError(message)


def _verdict(card: ModelCard) -> list[str]:
    return [
        _line(card, "en"),
        _line(card, "zh"),
        *_blocking(card),
    ]


def _line(card: ModelCard, language: Language) -> str:
    voice = Voice(language)
    status, tally = voice.t(STATUSES[card.verdict.status]), card.verdict.tally
    if language == "en":
        return (
            f"Audit: {status.lower()} ({tally.broken} broken, {tally.undetermined} undetermined, "
            f"{tally.kept} kept). {card.about.segments} segments of "
            f"{voice.integer(card.about.residents)} residents."
        )
    return (
        f"审计结论：{status}。违反{tally.broken}项，无法判定{tally.undetermined}项，符合{tally.kept}项；"
        f"{voice.integer(card.about.residents)}名住户分为{card.about.segments}个分群。"
    )


def _blocking(card: ModelCard) -> list[str]:
    verdict = card.verdict
    blocking, lacks = verdict.blocking, verdict.structure
    if not blocking and not lacks:
        return ["Nothing stands in the way of a signature. 没有阻止签署的事项。"]
    total = len(blocking) + len(lacks)
    readers = {language: Reader(language, titles_of(card)) for language in LANGUAGES}
    told = [
        *(_point(shortfall(reader, card, lack) for reader in readers.values()) for lack in lacks),
        *(_point(explain(finding, card, language) for language in LANGUAGES) for finding in blocking[:SHOWN]),
    ]
    more = total - len(told)
    rest = [f"- and {more} more, which the card tells. 其余{more}项见模型卡。"] if more else []
    return [f"In the way of a signature · 阻止签署 ({total}):", "\n".join([*told, *rest])]


def _point(said: Iterable[str]) -> str:
    """Return one point of a list, each language on a line of its own."""
    return "- " + "  \n  ".join(map(escaped, said))
