"""What a card says, as whole sentences in both languages, to be stored in an assessment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.card import once, standing, words
from segmentation.card.titles import titles_of
from segmentation.impact.parts import Audit, Audited, LeftOut
from segmentation.policy import Text
from segmentation.policy.parts import JOINED
from segmentation.wording import LANGUAGES, Reader, msg, sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from segmentation.card import ModelCard
    from segmentation.card.once import Once
    from segmentation.card.parts import Finding, Gap, Shortfall
    from segmentation.impact.answers import FindingAnswers


SIGNATURE = {
    "broken": msg("It may not be signed without a waiver of each finding that blocks: limits are broken."),
    "undetermined": msg(
        "It may not be signed without a waiver of each finding that blocks: the data cannot say whether "
        "limits are kept."
    ),
}
"""What an assessment says where a card says that it may not be signed: it is submitted all the same."""
UNSUPPORTED = msg(
    "It may not be signed without a waiver of each finding that blocks: the audit finds nothing in the way, "
    "but the segments themselves do not stand."
)


class Teller:
    """Says things of a card in both languages."""

    def __init__(self, card: ModelCard) -> None:
        self.card = card
        titles = titles_of(card)
        self._readers = {language: Reader(language, titles) for language in LANGUAGES}

    def text(self, say: Callable[[Reader], str]) -> Text:
        """Return what `say` gives in each language."""
        return Text(**{language: say(reader) for language, reader in self._readers.items()})

    def words(self, message: str) -> Text:
        """Return a message of the catalogue, which stands at its source marked with `msg`."""
        return self.text(lambda r: r.t(message))

    def blocking(self, attribute: str) -> tuple[Text, ...]:
        """Return every finding of an attribute that blocks a signature; those that say the same, once."""
        own = (one for one in once.once(self.card) if one.finding.attribute == attribute)
        return tuple(self._once(one) for one in own)

    def lacking(self) -> tuple[Text, ...]:
        """Return what the segments themselves lack."""
        return tuple(self._lacking(one) for one in self.card.verdict.structure)

    def _once(self, told: Once) -> Text:
        return self.text(lambda r: once.says(r, told))

    def _lacking(self, shortfall: Shortfall) -> Text:
        return self.text(lambda r: standing.shortfall(r, self.card, shortfall))


def open_attributes(card: ModelCard) -> tuple[str, ...]:
    """Return the attributes and intersections with a finding that is not kept, worst first."""
    return tuple(gap.attribute for gap in card.gaps if gap.tally.broken or gap.tally.undetermined)


def without(card: ModelCard) -> tuple[str, ...]:
    """Return the features that the card's mitigation leaves out, as its key names them."""
    # The package around it fits and erases; who reads an assessment, as serving does, needs none of that.
    from segmentation.mitigation.model import Mitigation  # noqa: PLC0415

    done = card.about.mitigation
    return () if done is None else Mitigation.parse(done.key).features


def signature(card: ModelCard) -> str:
    """Return whether the model may be signed, as a message of the catalogue."""
    if card.verdict.status in SIGNATURE:
        return SIGNATURE[card.verdict.status]
    return UNSUPPORTED if card.verdict.structure else sentences.SIGNATURE["kept"]


def blocking(card: ModelCard) -> int:
    """Return how much stands against a signature: each needs a waiver of its own."""
    found = (one for audited in card.fairness.attributes for one in audited.findings if one.blocks)
    keys = {(one.check, one.attribute, one.group, one.target) for one in (*found, *card.verdict.blocking)}
    return len(keys) + len(card.verdict.structure)


def audit(teller: Teller, answers: FindingAnswers) -> Audit:
    """Return the verdict, and what was found of each attribute with the answer to it."""
    card = teller.card
    mitigation = card.about.mitigation
    return Audit(
        status=card.verdict.status,
        signature=teller.words(signature(card)),
        attributes=tuple(_audited(teller, gap, answers) for gap in card.gaps),
        lacking=teller.lacking(),
        blocking=blocking(card),
        answer=answers.segments if card.verdict.structure else None,
        unchecked=tuple(teller.words(sentences.UNCHECKED[one]) for one in card.unjudged.checks),
        mitigation=None if mitigation is None else mitigation.text,
    )


def _audited(teller: Teller, gap: Gap, answers: FindingAnswers) -> Audited:
    card, key = teller.card, gap.attribute
    is_open = bool(gap.tally.broken or gap.tally.undetermined)
    worst = (gap.total_variation, gap.association, gap.worst)
    harms = {attribute.key: attribute.harm for attribute in card.attributes}
    return Audited(
        key=key,
        title=teller.text(lambda r: r.attribute(key)),
        harm=None if JOINED in key else harms.get(key),
        status=gap.status,
        broken=gap.tally.broken,
        undetermined=gap.tally.undetermined,
        kept=gap.tally.kept,
        blocking=teller.blocking(key),
        worst=tuple(_sentence(teller, one) for one in worst if one is not None and not one.blocks),
        answer=answers.by_attribute.get(key, answers.together) if is_open else None,
    )


def _sentence(teller: Teller, finding: Finding) -> Text:
    return teller.text(lambda r: sentences.sentence(r, finding))


def left_out(teller: Teller) -> Iterator[LeftOut]:
    """Yield who is left out, by reason, as the card counts them."""
    intake = teller.card.intake
    if intake.outside_population:
        yield LeftOut(
            reason=teller.text(lambda r: r.t("Outside the population")), rows=intake.outside_population
        )
    for one in intake.left_out:
        yield LeftOut(reason=teller.words(words.LEFT_OUT.get(one.reason, one.reason)), rows=one.rows)
    if intake.quarantined_rows:
        yield LeftOut(
            reason=teller.text(lambda r: r.t("Quarantined as faulty")), rows=intake.quarantined_rows
        )


def caveats(teller: Teller) -> Iterator[Text]:
    """Yield how far the segments can be trusted: structure, stability, and changes since before."""
    card = teller.card
    found, since = card.choice.structure, card.changes.since
    if found is not None:
        yield teller.text(
            lambda r: r.join("sentence", (standing.structure(r, found), standing.copula(r, found)))
        )
    doubtful = standing.weak(card.stability)
    if doubtful:
        yield teller.text(
            lambda r: r.t(
                "Segments that are not safely found again when residents are drawn anew: %(segments)s.",
                segments=r.join("list", map(r.segment, doubtful)),
            )
        )
    yield teller.text(
        lambda r: r.join(
            "sentence", (standing.borderline(r, card.stability), standing.moved(r, card.stability))
        )
    )
    if since is None:
        yield teller.text(lambda r: r.t("There is no version before that this one was compared with."))
    else:
        yield teller.text(lambda r: standing.staying(r, since))
