"""What a notebook shows of everything it meets: a line or a small table, no hidden figure, nobody's value."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import get_args

import numpy as np
import pytest

import segmentation
from segmentation import Approved, Segmenter, StoredResidents, residents_from
from segmentation.answers import Prediction
from segmentation.clustering.identity import Gone, Previous
from segmentation.home import Home
from segmentation.ledger.proof import Proof
from segmentation.ledger.standing import Standing
from segmentation.mitigation import Mitigation
from segmentation.mitigation.outcome import Frontier, Outcome
from segmentation.pipeline import Candidate
from segmentation.plans import Plan, PlannedService, Plans, plans
from segmentation.policy import Text
from segmentation.profiles import Profiles
from segmentation.registry import Registered, RegisteredModel
from segmentation.residents import Intake
from segmentation.reviews.diff import Side, diff
from segmentation.reviews.practice import Practice
from segmentation.scorer import Explanation, FoldedNumber, FoldedScorer
from segmentation.scoring import Scored
from segmentation.shown import ICONS, listed, segments, status, table, tally
from segmentation.simulate import simulate
from segmentation.wording.findings import Status
from tests.card import made
from tests.card.reading import Page
from tests.impact.made import impact
from tests.ipython_shell import ipython
from tests.policies import AS_OF, small_policy, small_residents
from tests.public import met
from tests.test_answers import ANSWERS

POLICY, CARD = made.policy(), made.card()
AT = datetime(2026, 7, 1, 8, tzinfo=UTC)
PLAIN = {
    "p",
    "br",
    "strong",
    "code",
    "small",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "ol",
    "ul",
    "li",
}
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
TAGS = {"audit_verdict": "broken", "code_version": "0.1.0 <script>"}
NEW = Registered("needs", 3, "a1" * 16, "models:/needs/3", "/srv/<b>/card.en.html", TAGS)
DIFF = diff(Side(3, POLICY, CARD), Side(4, POLICY, made.card(choice=made.given())))
COMMUNITY = simulate(200)
STANDING = Standing("needs", 3, "changes_requested", AT, "Sent <b>back", None, (), ("business",), AT.date())
PLANS = plans(POLICY, PROFILES)
SEGMENTER = Segmenter.from_policy(POLICY, 4)
SCORED = Scored(Path("/home/<b>/segments.parquet"), {"S1": 3, "S2": 40}, made.intake(), 0, discarded=False)
TABLE = small_residents(300)
PEOPLE = residents_from(TABLE, small_policy(), as_of=AS_OF)
SHOWN = (
    CANDIDATE, POLICY, PROFILES, PROFILES[0], made.audit(), made.choice(), made.stability(), made.migration(),
    EXPLANATION, FRONTIER, REGISTERED, SCORER, CARD, Previous(3, POLICY, SCORER, {}), PLANS, PLANS[0],
    SEGMENTER, SCORED, made.audit().findings[0], Mitigation("drop", features=("repairs",)), impact(), PEOPLE,
    Home(Path("/srv/<b>")), PEOPLE.intake, FRONTIER.outcomes[1], NEW, COMMUNITY, COMMUNITY.truth, STANDING,
    DIFF, *ANSWERS[:4],
)  # fmt: skip


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch, ipython(tmp_path_factory.mktemp("ipython"), patch) as shell:
        yield shell


@pytest.mark.parametrize("shown", SHOWN, ids=lambda shown: type(shown).__name__)
def test_everything_is_one_line_that_names_itself(shown):
    told = repr(shown)
    assert told.startswith(f"{type(shown).__name__}(")
    assert len(told) < 160
    assert "\n" not in told
    assert "0x" not in told


PARTS = {"Approval", "Decision", "Digests", "Disparity", "One", "Proof", "Quality", "Text"}
"""A line of figures, of texts or of what was signed, which is shown by what it stands in."""
ELSEWHERE = {Approved, Practice, StoredResidents}
"""What takes a ledger or a file to make; tests of their own show them."""
OBJECTS = sorted(
    (one for one in met() if one.__name__ not in PARTS and not issubclass(one, Exception)),
    key=lambda kind: f"{kind.__module__}.{kind.__name__}",
)


@pytest.mark.parametrize("kind", OBJECTS, ids=lambda kind: kind.__module__ + "." + kind.__name__)
def test_every_public_object_shows_itself_in_its_own_line_and_its_own_page(kind):
    assert unshown(kind) == []


def unshown(kind):
    """The ways of showing itself that a class leaves to a library, or to what a dataclass makes."""
    return [method for method in ("__repr__", "_repr_html_") if not written(kind, method)]


def written(kind, method):
    owner = next((one for one in kind.__mro__ if method in vars(one)), object)
    # What `dataclass` makes is wrapped against going in circles, and tells every field.
    return owner.__module__.startswith("segmentation.") and not hasattr(vars(owner)[method], "__wrapped__")


def test_an_object_that_only_a_library_shows_is_noticed():
    assert unshown(SimpleNamespace) == unshown(Proof) == ["__repr__", "_repr_html_"]


def test_every_public_object_has_an_example_here_and_nothing_is_excused_in_vain():
    assert {type(one) for one in SHOWN} >= set(OBJECTS) - ELSEWHERE
    assert met() >= ELSEWHERE
    assert {one.__name__ for one in met()} >= PARTS


def test_what_is_public_is_found_and_what_is_behind_is_not():
    assert {Candidate, Registered, Standing, Intake, Outcome, Prediction, Profiles} <= met()
    assert not {FoldedNumber, PlannedService} & met()


@pytest.mark.parametrize("shown", SHOWN, ids=lambda shown: type(shown).__name__)
def test_a_page_is_small_plain_html_that_reads_on_light_and_on_dark(shown):
    told = shown._repr_html_()
    page = Page(told)
    assert page.text.strip()
    assert page.unclosed == page.open == []
    assert set(page.tags) <= PLAIN
    assert {name for _, name, _ in page.attributes} <= {"scope"}
    assert "://" not in told
    assert len(told) < 20_000


@pytest.mark.parametrize("shown", SHOWN, ids=lambda shown: type(shown).__name__)
def test_ipython_takes_the_page_and_the_line_as_they_are(shown, shell):
    told, _ = shell.display_formatter.format(shown)
    assert told["text/html"] == shown._repr_html_()
    assert "<script" not in told["text/html"]
    assert len(told["text/plain"]) < 160 or isinstance(shown, tuple)


def test_no_value_of_a_resident_is_in_a_line_or_a_page():
    told = f"{PEOPLE!r} {PEOPLE._repr_html_()} {SEGMENTER!r} {SEGMENTER._repr_html_()}"
    assert not any(identifier in told for identifier in PEOPLE.ids)
    values = {str(cell) for column in PEOPLE.protected for cell in PEOPLE.protected[column].dropna()}
    assert not any(value in told for value in values)


def test_a_count_that_may_be_small_is_told_of_no_segment_that_was_scored():
    assert (
        repr(SCORED)
        == f"Scored('segments.parquet', {made.intake().kept} of {made.intake().read} rows scored, 2 segments)"
    )
    assert "S1" not in SCORED._repr_html_()
    assert "&lt;b&gt;" in SCORED._repr_html_()


def test_a_hidden_finding_shows_no_figure():
    finding = replace(made.audit().findings[0], value=0.123, hidden=True)
    assert "0.12" not in repr(finding)
    assert "hidden" in replace(finding, value=None, interval=None, count=None, size=None)._repr_html_()


def test_a_segmenter_tells_what_it_found_and_no_size():
    fitted = Segmenter.from_policy(small_policy(), 2).fit(PEOPLE.needs)
    assert repr(SEGMENTER).endswith("n_segments=4, not fitted)")
    assert repr(fitted) == "Segmenter(6 features, n_segments=2, 2 segments: S1, S2)"
    assert "S1, S2" in fitted._repr_html_()
    assert not any(str(size) in Page(fitted._repr_html_()).text for size in fitted.sizes_)


def test_a_segmenter_of_plain_numbers_is_shown_as_scikit_learn_does():
    assert repr(Segmenter(n_segments=3)) == "Segmenter(n_segments=3)"
    assert "Segmenter of all features" in Page(Segmenter()._repr_html_()).text


def test_plans_tell_what_a_need_calls_for_and_what_is_promised():
    called = PlannedService("repair", 3.0, 1.0, is_called=True, because=("repairs",))
    rest = PlannedService("repair", 2.0, 1.0, is_called=False, because=())
    found = Plans((Plan("S1", (called,)), Plan("S2", (rest,))))
    assert repr(found) == "Plans(2 segments, 1 with more than the standard)"
    assert repr(found[0]) == "Plan(S1: more of repair 3)"
    assert "S1 3 ↑ repairs S2 2" in Page(found._repr_html_()).text
    assert "repair 3 1 repairs" in Page(found[0]._repr_html_()).text


def test_a_card_tells_its_verdict_what_blocks_and_where_the_whole_is():
    told = Page(CARD._repr_html_()).text
    assert "What blocks a signature" in told
    assert CARD.digest in told
    assert "write_card" in told


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


def test_a_community_tells_what_was_planted_and_no_row_of_a_resident():
    assert (
        repr(COMMUNITY)
        == f"Community(200 residents, {len(COMMUNITY.requests)} requests, 6 planted segments, seed 7)"
    )
    told = f"{COMMUNITY!r} {COMMUNITY._repr_html_()} {COMMUNITY.truth!r} {COMMUNITY.truth._repr_html_()}"
    assert not any(ref in told for ref in COMMUNITY.residents["resident_ref"])
    assert "phone-first daytime 22.0%" in Page(told).text
    assert "by phone_contact at strength 0.7" in Page(told).text
    assert "Nothing is carried" in simulate(200, n_segments=0)._repr_html_()


def test_a_new_version_says_that_nobody_signed_it_and_where_its_card_is():
    assert repr(NEW) == "Registered('needs' version 3, audit broken, run a1a1a1a1…)"
    assert "audit: ✗ broken" in Page(NEW._repr_html_()).text
    assert "nobody has signed it" in NEW._repr_html_()
    assert "/srv/&lt;b&gt;/card.en.html" in NEW._repr_html_()


def test_a_standing_says_why_and_whose_signature_is_missing():
    assert repr(STANDING) == (
        "Standing('needs' version 3, changes_requested since 2026-07-01, until 2026-07-01)"
    )
    told = STANDING._repr_html_()
    assert "changes requested" in told
    assert "Sent &lt;b&gt;back" in told
    assert "Signatures that are missing: business" in told
    draft = Standing("needs", 3, "draft", None, "Nobody submitted it.", None, (), (), None)
    assert repr(draft) == "Standing('needs' version 3, draft)"
    assert "missing" not in draft._repr_html_()


def test_an_intake_does_not_tell_how_much_was_withheld():
    intake = replace(made.intake(), protected_withheld=987_654)
    assert "987" not in f"{intake!r} {intake._repr_html_()}"
    assert f"{intake.kept} of {intake.read} rows kept" in repr(intake)


def test_an_answer_of_the_service_tells_counts_and_not_who_is_where():
    prediction = next(one for one in ANSWERS if isinstance(one, Prediction))
    assert repr(prediction) == "Prediction('needs' version 3, 2 residents, 1 segments)"
    told = Page(prediction._repr_html_()).text
    assert "S1 Phone first Phone first" in told
    assert "margin" not in told


def test_a_mitigation_that_was_tried_alone_tells_its_own_figures():
    assert repr(FRONTIER.outcomes[1]) == "Outcome('drop:repairs', 2 segments, no figures)"
    assert "drop:repairs 2 – – – – –" in Page(FRONTIER.outcomes[1]._repr_html_()).text


def test_a_diff_lists_what_differs_and_a_first_version_only_where_it_stands():
    assert repr(DIFF).startswith("Diff('small_needs' version 4 against version 3, ")
    assert (
        "newly broken, and blocks: The number of segments was given by hand" in Page(DIFF._repr_html_()).text
    )
    first = diff(None, Side(3, POLICY, CARD))
    assert "against none" in repr(first)
    assert "no other version was in service" in first._repr_html_()
    assert "<li>" in first._repr_html_()


def test_a_registered_version_tells_its_segments_and_tags():
    told = REGISTERED._repr_html_()
    assert all(one.name.en in Page(told).text for one in CARD.segments)
    assert "needs version 3" in told
    assert "<script" not in told


def test_markup_in_a_table_stays_text_and_an_empty_one_is_nothing():
    assert "&lt;b&gt;" in table("<b>", ("<b>",), [("<b>",)])
    assert "<b>" not in table("<b>", ("<b>",), [("<b>",)])
    assert table("Nothing", ("a",), []) == ""


def test_every_column_of_a_table_says_that_it_heads_one():
    told = table("Two", ("a", "b"), [(1, 2)])
    assert told.count("<th ") == told.count('<th scope="col">') == 2


def test_markup_in_a_list_stays_text_and_an_empty_one_is_nothing():
    assert listed("<b>", ["<i>"]) == "<p>&lt;b&gt;</p><ul><li>&lt;i&gt;</li></ul>"
    assert listed("Nothing", []) == ""


def test_a_tally_tells_the_worst_first_and_none_as_none():
    assert tally({"kept": 1200, "broken": 2}) == "2 broken, 0 undetermined, 1,200 kept"


def test_every_status_has_a_mark_of_its_own():
    assert {status(word).split()[1] for word in get_args(Status)} == set(get_args(Status))
    assert len(set(ICONS.values())) == len(ICONS)


def test_segments_are_counted_and_their_shares_told_to_a_tenth_of_a_percent():
    assert "S1 Early 1,234 12.3%" in Page(segments([("S1", "Early", 1234, 0.1234)])).text


def test_every_public_name_is_found_where_its_home_says():
    assert set(segmentation.__all__) == {"__version__", *segmentation._HOMES}
    assert all(getattr(segmentation, name).__name__ == name for name in segmentation._HOMES)


def test_a_name_that_is_not_public_is_refused():
    with pytest.raises(AttributeError, match="no attribute 'frontiers'"):
        _ = segmentation.frontiers
