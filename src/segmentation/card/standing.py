"""What is said of how the segments were chosen, how they stand, and what changed since the version before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.policy.fixed import DISSOLVED, REDRAWN, SHUFFLED, STABLE, refound  # noqa: F401 - templates
from segmentation.wording.sentences import SIGNATURE

if TYPE_CHECKING:
    from segmentation.card.model import ModelCard
    from segmentation.card.parts import Move, Rival, Shortfall, Since, Stability, Structure
    from segmentation.wording import Reader


def weak(stability: Stability) -> dict[str, float]:
    """Return the Jaccard similarities of the segments that are not safely found again."""
    return {one.segment: one.jaccard for one in stability.segments if refound(one.jaccard) != "stable"}


def structure(reader: Reader, found: Structure) -> str:
    """Return what is left within the segments, beside what is left in the best shuffle."""
    values = {
        "left": reader.percent(found.inertia),
        "segments": reader.tn("%(n)s segment", "%(n)s segments", found.n_segments),
        "shuffles": reader.integer(found.shuffles),
        "shuffled": reader.percent(found.shuffled),
        "p": reader.p(found.p_value),
        "limit": reader.p(found.limit),
    }
    if found.is_there and is_continuous(found):
        return reader.t(
            "Needs go together, which need not be segments: with %(segments)s, %(left)s of the variance of "
            "the needs is left within segments. Where each need is shuffled among residents on its own, so "
            "that nothing joins them, the best of %(shuffles)s shuffles leaves %(shuffled)s (p = %(p)s, "
            "allowed up to %(limit)s).",
            **values,
        )
    if found.is_there:
        return reader.t(
            "There is structure: with %(segments)s, %(left)s of the variance of the needs is left within "
            "segments. Where each need is shuffled among residents on its own, so that nothing joins them, "
            "the best of %(shuffles)s shuffles leaves %(shuffled)s (p = %(p)s, allowed up to %(limit)s).",
            **values,
        )
    return reader.t(
        "No structure: with %(segments)s, %(left)s of the variance of the needs is left within segments, "
        "and shuffled columns do as well. Where each need is shuffled among residents on its own, so that "
        "nothing joins them, the best of %(shuffles)s shuffles leaves %(shuffled)s (p = %(p)s, allowed up "
        "to %(limit)s).",
        **values,
    )


def is_continuous(found: Structure) -> bool:
    """Return whether residents who are correlated and not clustered fall apart as well."""
    return found.copula_p is not None and found.copula_p > found.limit


def copula(reader: Reader, found: Structure) -> str:
    """Return the comparison with residents who are correlated and not clustered, for information."""
    if found.copula_p is None:
        return reader.t(
            "For information, a comparison with residents who are correlated as these are, but not "
            "clustered (a Gaussian copula), could not be made."
        )
    if found.copula_p > found.limit:
        return reader.t(
            "Residents who are only correlated as these are, and not clustered (a Gaussian copula), fall "
            "apart as well (p = %(p)s): these may be cuts through a continuum. That stays open, and nothing "
            "is refused for it.",
            p=reader.p(found.copula_p),
        )
    return reader.t(
        "For information: against residents who are correlated as these are, but not clustered (a Gaussian "
        "copula), p = %(p)s. It has no limit.",
        p=reader.p(found.copula_p),
    )


def shortfall(reader: Reader, card: ModelCard, lacking: Shortfall) -> str:
    """Return one thing that the segments lack and that stands in the way of a signature."""
    choice, given = card.choice, card.choice.given
    if lacking == "shuffled columns do as well" and choice.structure is not None:
        return structure(reader, choice.structure)
    if lacking == "does not repeat itself" and given is not None:
        return reader.t(
            "The number of segments was given by hand and does not repeat itself: prediction strength "
            "%(value)s, under %(least)s.",
            value=reader.ratio(given.prediction_strength), least=reader.ratio(choice.least_strength),
        )  # fmt: skip
    if lacking == "a segment is not stable" and given is not None:
        return reader.t(
            "The number of segments was given by hand, and a segment is not stable when residents are drawn "
            "anew: Jaccard similarity %(value)s, under %(least)s.",
            value=reader.ratio(given.weakest), least=reader.ratio(choice.least_jaccard),
        )  # fmt: skip
    if lacking == "too small a segment" and given is not None:
        share = given.smallest_share
        return reader.t(
            "The number of segments was given by hand, and one is smaller than the policy allows: under "
            "%(least)s of the residents%(told)s.",
            least=reader.percent(choice.smallest_share),
            told=reader.aside("" if share is None else reader.percent(share)),
        )
    return reader.t("The segments were not held against shuffled columns: nothing shows that there are any.")


def signature(reader: Reader, card: ModelCard) -> str:
    """Return whether the model may be signed, by the audit and by what the segments lack."""
    if card.verdict.status == "kept" and card.verdict.structure:
        return reader.t(
            "It may not be signed as it is: the audit finds nothing in the way, but the segments "
            "themselves do not stand."
        )
    return reader.t(SIGNATURE[card.verdict.status])


def smallest(reader: Reader, rival: Rival) -> str:
    """Return the share of the smallest segment, or that it is of too few to be told."""
    return reader.t("hidden") if rival.smallest_share is None else reader.percent(rival.smallest_share)


def borderline(reader: Reader, stability: Stability) -> str:
    """Return how many residents are borderline."""
    margin = reader.ratio(stability.borderline)
    if stability.borderline_share is None:
        return reader.t(
            "So few residents are borderline (a margin under %(margin)s), or so few are not, that their "
            "share is hidden.",
            margin=margin,
        )
    return reader.t(
        "%(share)s of the residents are borderline: their margin to the next segment is under %(margin)s.",
        share=reader.percent(stability.borderline_share), margin=margin,
    )  # fmt: skip


def moved(reader: Reader, stability: Stability) -> str:
    """Return how often a refit gives residents another segment, of those of whom it may be told."""
    near, far = (
        "" if share is None else reader.percent(share)
        for share in (stability.moved_borderline, stability.moved_others)
    )
    if near and far:
        return reader.t(
            "A refit on residents drawn anew gives a borderline resident another segment in %(near)s of "
            "cases, and any other resident in %(far)s.",
            near=near, far=far,
        )  # fmt: skip
    if far:
        return reader.t(
            "A refit on residents drawn anew gives a resident who is not borderline another segment in "
            "%(far)s of cases.",
            far=far,
        )
    return reader.t("How often a refit on residents drawn anew gives others another segment is hidden.")


def staying(reader: Reader, since: Since) -> str:
    """Return how many residents keep their segment, and how that was found."""
    told = reader.tn(
        "The same %(n)s resident was assigned by version %(version)s and by this one.",
        "The same %(n)s residents were assigned by version %(version)s and by this one.",
        since.residents, version=reader.integer(since.version),
    )  # fmt: skip
    kept = reader.t("At least %(share)s keep their segment.", share=reader.whole_percent(since.staying))
    return reader.join("sentence", (told, kept))


def how_many(reader: Reader, move: Move) -> str:
    """Return how many residents move, or at least how many."""
    told = reader.integer(move.residents)
    return told if move.exact else reader.t("at least %(least)s", least=told)


def what_part(reader: Reader, move: Move) -> str:
    """Return what part of the segment they leave that is, or at least what part."""
    if move.exact:
        return reader.percent(move.share)
    return reader.t("at least %(least)s", least=reader.whole_percent(move.share))


def mover(reader: Reader, move: Move) -> str:
    """Return the need that moves residents from one segment to another."""
    return reader.t("no one need") if move.need is None else reader.feature(move.need)
