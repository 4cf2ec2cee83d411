"""What a notebook shows of everything it meets: a line or a small table, no hidden figure, nobody's value."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import segmentation
from segmentation.clustering.identity import Gone, Previous
from segmentation.mitigation import Mitigation
from segmentation.mitigation.outcome import Frontier, Outcome
from segmentation.pipeline import Candidate
from segmentation.policy import Text
from segmentation.profiles import Profiles
from segmentation.registry import RegisteredModel
from segmentation.scorer import Explanation, FoldedNumber, FoldedScorer
from tests.card import made
from tests.card.reading import Page

POLICY, CARD = made.policy(), made.card()
NUMBER = FoldedNumber("repairs", log=False, slope=(0.0, -8.0), missing=(0.0, 0.0), mean=(0.0, -8.0))
SCORER = FoldedScorer(("S1", "S2"), (0.0, 16.0), (NUMBER,), (), ((0.0, 16.0), (16.0, 0.0)), 0.1)
PROFILES = Profiles(made.profiles(), POLICY)
CANDIDATE = Candidate(
    POLICY,
    None,
    SCORER,
    made.intake(),
    made.choice(),
    made.stability(),
    PROFILES,
    (),
    made.audit(),
    CARD,
)
EXPLANATION = SCORER.explain({"repairs": np.array([3.75, 1.25])})
FRONTIER = Frontier(
    "age_band",
    (Outcome(None, 2), Outcome(Mitigation("drop", features=("repairs",)), 2)),
    50,
    40,
    0,
)
REGISTERED = RegisteredModel("needs", 3, POLICY, SCORER, CARD, {"code_version": "0.1.0 <script>"})
SHOWN = (
    CANDIDATE, POLICY, PROFILES, PROFILES[0], made.audit(), made.choice(), made.stability(), made.migration(),
    EXPLANATION, FRONTIER, REGISTERED, SCORER, CARD, Previous(3, POLICY, SCORER, {}),
)  # fmt: skip


@pytest.mark.parametrize("shown", SHOWN, ids=lambda shown: type(shown).__name__)
def test_everything_is_one_line_that_names_itself(shown):
    told = repr(shown)
    assert told.startswith(f"{type(shown).__name__}(")
    assert len(told) < 160
    assert "\n" not in told
    assert "0x" not in told


def test_a_policy_printed_is_as_short():
    assert str(POLICY) == repr(POLICY)


def test_counts_and_verdicts_are_told():
    assert f"{CANDIDATE!r}".startswith(
        f"Candidate('{POLICY.name}', 2 segments of {made.intake().kept} residents, audit broken, scorer sha"
    )
    assert repr(made.audit()) == "AuditReport(broken: 5 broken, 8 undetermined, 3 kept; 2 segments)"
    assert repr(REGISTERED).startswith("RegisteredModel('needs' version 3, 2 segments, audit ")
    assert repr(made.stability()) == "Stability(2 segments, 50 bootstraps, least Jaccard 0.68)"
    assert "1 mitigations, recommended: None" in repr(FRONTIER)


def test_no_number_of_segments_is_said():
    none = replace(made.choice(), rivals=(), structure=None)
    assert repr(none) == "Choice(no number of segments, 0 numbers tried)"
    assert "No number of segments" in Page(none._repr_html_()).text


def test_a_hidden_need_hides_in_every_repr():
    need = replace(PROFILES[0].needs[0], inside=0.123456, outside=0.654321, hidden=True)
    spoilt = Profiles([replace(PROFILES[0], needs=(need,))], POLICY)
    assert repr(need) == f"Distinction({need.feature}, hidden)"
    assert "0.123" not in f"{spoilt!r} {spoilt[0]!r} {spoilt[0].needs!r}"


def test_a_need_that_is_shown_is_rounded():
    need = replace(PROFILES[0].needs[0], inside=0.123456, outside=0.654321, hidden=False)
    assert repr(need) == f"Distinction({need.feature}, inside=0.123, outside=0.654)"


def test_an_explanation_shows_no_figure_of_a_resident():
    assert repr(EXPLANATION) == "Explanation(2 residents, 2 segments, 1 features)"
    told = Page(EXPLANATION._repr_html_()).text
    assert "3.75" not in told
    assert "explanation_table" in told
    named = SimpleNamespace(**EXPLANATION.__dict__ | {"features": ("<script>",)})
    assert "<script" not in Explanation._repr_html_(named)


def test_a_choice_tells_why_each_rival_lost():
    told = Page(made.choice()._repr_html_()).text
    assert all(one.reason in told for one in made.choice().rivals)
    assert "There is structure (p = 0.01 over 99 shuffles" in told


def test_a_similarity_is_told_from_below():
    told = made.stability(jaccard=(0.9979, 0.68))._repr_html_()
    assert "≥ 0.99" in told
    assert "1.00" not in told


def test_a_migration_tells_who_moves_and_what_is_gone():
    found = replace(made.migration(), gone=(Gone("S9", Text(en="<b>Few</b>", zh="少")),))
    told = found._repr_html_()
    assert all(move.source in told and f"{move.residents:,}" in told for move in found.moves)
    assert "S9 “&lt;b&gt;Few" in told


def test_a_registered_version_tells_its_segments_and_tags():
    told = REGISTERED._repr_html_()
    assert all(one.name.en in Page(told).text for one in CARD.segments)
    assert "needs version 3" in told
    assert "<script" not in told


def test_every_public_name_is_found_where_its_home_says():
    assert set(segmentation.__all__) == {"__version__", *segmentation._HOMES}
    assert all(getattr(segmentation, name).__name__ == name for name in segmentation._HOMES)


def test_a_name_that_is_not_public_is_refused():
    with pytest.raises(AttributeError, match="no attribute 'frontiers'"):
        _ = segmentation.frontiers
