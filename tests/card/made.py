"""A small card made by hand, with one of everything that a card can say."""

import tomllib
from pathlib import Path

from segmentation.audit import AuditReport, Finding, GroupTable
from segmentation.audit.sections import (
    AttributeFit,
    Balance,
    Carrier,
    Conditional,
    Demand,
    GroupAuc,
    GroupFit,
    GroupOpportunity,
    Opportunity,
    StratumRate,
    Trace,
)
from segmentation.card import Digests, make_card
from segmentation.clustering.choice import Choice, Rival, Stability, Structure
from segmentation.clustering.identity import Carried, Gone, Migration, Move
from segmentation.plans import Plan, PlannedService
from segmentation.policy import Text, policy_from
from segmentation.profiles import Condition, Distinction, Profile, Rule
from segmentation.residents import Intake, Quarantined

MISSING_AGES = 987_654
"""Residents of unknown age: a number that must stand nowhere in a card."""


def text(en, zh):
    return {"en": en, "zh": zh}


def raw_policy():
    """Return the raw tables of the policy."""
    return tomllib.loads((Path(__file__).parent / "policy.toml").read_text(encoding="utf-8"))


def intake():
    return Intake(
        read=5_000,
        outside_population=100,
        left_out={"consent_refused": 50, "retention_lapsed": 47},
        quarantined=(
            Quarantined(3, "repairs", "range"),
            Quarantined(9, "repairs", "whole"),
            Quarantined(9, "channel", "value"),
        ),
        kept=4_801,
        extra_columns=("building", "id_card_no", "shoe_size"),
        denied_columns=("building",),
        refused_columns=("id_card_no",),
        protected_withheld=321,
        missing={"repairs": 5, "age_band": MISSING_AGES},
    )


MORE = "fewer segments and shuffled columns do as well"


def rivals():
    return (
        Rival(2, 0.97, (0.981, 0.943), 0.42, 0.384, "passes, but a larger one does too"),
        Rival(3, 0.91, (0.956, 0.911, 0.844), 0.21, 0.312, "chosen"),
        Rival(4, 0.85, (0.903, 0.871, 0.852, 0.611), 0.112, 0.297, "a segment is not stable"),
        Rival(5, 0.55, (0.802, 0.761, 0.752, 0.702, 0.583), 0.031, 0.251, "does not repeat itself"),
        Rival(6, 0.87, (0.912, 0.855, 0.841, 0.822, 0.813, 0.791), 0.003, None, "too small a segment"),
        Rival(7, 0.88, (0.91, 0.89, 0.87, 0.86, 0.83, 0.82, 0.81), 0.071, 0.233, MORE),
    )


def choice(**changes):
    """Return a choice among rivals, with structure."""
    structure = Structure(3, 0.6123, 0.7346, 99, 0.01, 0.01, 0.04)
    return Choice(**{"rivals": rivals(), "structure": structure} | changes)


def given():
    """Return what is measured of a number that was insisted on, and that lacks whatever it can."""
    rival = Rival(2, 0.71, (0.902, 0.553), 0.041, 0.221, "given")
    return Choice((rival,), Structure(2, 0.8123, 0.7987, 99, 0.43, 0.01, None))


def stability(**changes):
    """Return how two segments stand: one of them is doubtful."""
    told = {"jaccard": (0.934, 0.687), "bootstraps": 50, "borderline": 0.1, "borderline_share": 0.0834}
    return Stability(**told | {"moved_borderline": 0.2345, "moved_others": 0.0123} | changes)


def migration(**changes):
    """Return what became of the segments of a version before."""
    told = {
        "version": 7,
        "residents": 4_801,
        "staying": 0.91,
        "carried": (Carried("S1", 0.876),),
        "new": ("S2",),
        "gone": (Gone("S4", Text(en="Often at home", zh="常在家")), Gone("S5", None)),
        "retired": ("S3", "S4", "S5"),
        "moves": (
            Move("S4", "S2", 388, 0.254, "repairs"),
            Move("S5", "S1", 120, 0.83, "channel", exact=False),
            Move("S1", "S2", 31, 0.0095, None),
        ),
        "unlike": ("channel", "lift_rides"),
    }
    return Migration(**told | changes)


def _distinction(feature, level, inside, outside, difference):
    return Distinction(feature, level, inside, outside, difference, (difference - 0.05, difference + 0.05))


def profiles():
    conditions = (
        Condition("repairs", "at least", 7.0),
        Condition("evening_share", "at most", 0.425),
        Condition("urgency", "at least", "high"),
        Condition("channel", "is not", "desk"),
        Condition("parking", "is", "yes"),
    )
    more = (Condition("repairs", "at least", 20.0),)
    rule = Rule((conditions, more), 0.9, 0.875, 0.8125, 4_801, 0.98)
    return (
        Profile(
            "S1",
            Text(en="Phone first", zh="电话优先"),
            3_001,
            3_001 / 4_801,
            (
                _distinction("repairs", None, 12.25, 3.5, 1.7),
                _distinction("channel", "phone", 0.64, 0.21, 0.93),
                _distinction("urgency", None, 0.81, 0.33, 0.72),
                _distinction("evening_share", None, 0.11, 0.47, -1.25),
                _distinction("home_area", None, 143.4, 88.8, 0.66),
                _distinction("monthly_income", None, 9_100.0, 7_200.0, 0.41),
                Distinction("parking", None, None, None, None, None, hidden=True),
                _distinction("channel", "app", 0.4, 0.4, 0.01),
            ),
            rule,
        ),
        Profile("S2", Text(en="Average needs", zh="需求一般"), 1_800, 1_800 / 4_801, (), None),
    )


def plans():
    calling = ("repairs", "channel")
    return (
        Plan(
            "S1",
            (
                PlannedService("repair_visits", 4.5, 1.0, True, calling),
                PlannedService("patrol", 3.0, 0.0, False, ()),
            ),
        ),
        Plan(
            "S2",
            (
                PlannedService("repair_visits", 2.0, 1.0, False, ()),
                PlannedService("patrol", 6.0, 0.0, True, ("evening_share",)),
            ),
        ),
    )


BROKEN = Finding(
    "selection_ratio",
    "screen",
    "age_band",
    "65+",
    "S1",
    "broken",
    "beyond_limit",
    0.8,
    1.92,
    (1.8, 2.04),
    1_204,
    3_950,
    1_204 / 3_950,
    (0.291, 0.319),
    0.159,
    0.1458,
    (0.1458, 0.52),
    p_value=0.0001,
)
KEPT = Finding(
    "selection_ratio",
    "screen",
    "tenure",
    "owner",
    "S2",
    "kept",
    "within_limit",
    0.8,
    0.98,
    (0.93, 1.03),
    610,
    1_500,
    0.4067,
    (0.382, 0.432),
    0.415,
    -0.0083,
    (0.0083, 0.98),
    p_value=1.0,
)
OPEN = Finding(
    "service_parity",
    "gate",
    "age_band",
    "18-39",
    "repair_visits",
    "undetermined",
    "not_settled",
    0.8,
    0.79,
    (0.71, 0.88),
    205,
    700,
    0.2929,
    (0.26, 0.328),
    0.371,
    -0.0781,
    (0.0781, 0.79),
    detectable=0.68,
    settled_by=11_600,
    p_value=0.2345,
)
ASSOCIATION = Finding(
    "association",
    "gate",
    "age_band",
    None,
    None,
    "broken",
    "beyond_limit",
    0.1,
    0.31,
    (0.3, 0.32),
    size=4_650,
    by_chance=0.024,
    p_value=0.0123,
)
SMALL = Finding(
    "service_parity",
    "gate",
    "age_band × tenure",
    "65+ × tenant",
    "patrol",
    "undetermined",
    "small_group",
    0.8,
    hidden=True,
)
RARE = Finding(
    "selection_ratio",
    "screen",
    "tenure",
    "tenant",
    "S2",
    "undetermined",
    "not_settled",
    0.8,
    count=3,
    size=60,
    rate=0.05,
)
NOT_JUDGED = Finding("equal_opportunity", "gate", "tenure", None, "patrol", "undetermined", "not_judged", 0.8)
EVERYBODY = Finding(
    "service_parity",
    "gate",
    "tenure",
    "tenant",
    "patrol",
    "undetermined",
    "everybody_or_nobody",
    0.8,
    count=61,
    size=61,
    rate=1.0,
)
ONE_GROUP = Finding("association", "gate", "tenure", None, None, "undetermined", "one_group", 0.1)
PARTIAL = Finding(
    "selection_ratio",
    "screen",
    "age_band × tenure",
    "65+ × owner",
    "S1",
    "broken",
    "beyond_limit",
    0.8,
    0.42,
    (0.38, 0.47),
    343,
    1_111,
    0.3087,
    (0.282, 0.337),
    0.735,
)
HIDDEN = Finding(
    "selection_ratio",
    "screen",
    "age_band × tenure",
    "18-39 × owner",
    "S1",
    "broken",
    "beyond_limit",
    0.8,
    size=2_222,
    hidden=True,
)
PARTIAL_ASSOCIATION = Finding(
    "association",
    "gate",
    "age_band × tenure",
    None,
    None,
    "kept",
    "within_limit",
    0.1,
    0.04,
    (0.02, 0.06),
    size=3_333,
)


MOVED = Finding(
    "total_variation",
    "gate",
    "age_band",
    "65+",
    None,
    "undetermined",
    "not_settled",
    0.1,
    0.114,
    (0.098, 0.131),
    size=3_950,
    by_chance=0.021,
    detectable=0.125,
    settled_by=9_400,
    p_value=0.41,
)
TOLD = Finding(
    "mutual_information",
    "screen",
    "age_band",
    None,
    None,
    "broken",
    "beyond_limit",
    0.02,
    0.0432,
    (0.037, 0.0499),
    size=4_650,
    by_chance=0.0013,
    p_value=0.0004,
)
GUESSED = Finding(
    "probe_auc",
    "screen",
    "age_band",
    "65+",
    None,
    "kept",
    "within_limit",
    0.6,
    0.573,
    (0.556, 0.59),
    size=3_950,
    by_chance=0.52,
    p_value=1.0,
)
NEEDED = Finding(
    "equal_opportunity",
    "screen",
    "age_band",
    "18-39",
    "repair_visits",
    "undetermined",
    "not_settled",
    0.8,
    0.71,
    (0.52, 0.96),
    31,
    98,
    31 / 98,
    (0.232, 0.414),
    0.446,
    0.13,
    (0.13, 0.71),
    detectable=0.55,
    settled_by=2_150,
    p_value=0.77,
)


def audit():
    return AuditReport(
        segments=("S1", "S2"),
        segment_sizes=(3_001, 1_800),
        confidence=0.95,
        smallest_group=20,
        findings=(
            ASSOCIATION,
            TOLD,
            BROKEN,
            PARTIAL,
            HIDDEN,
            MOVED,
            OPEN,
            SMALL,
            EVERYBODY,
            ONE_GROUP,
            RARE,
            NOT_JUDGED,
            NEEDED,
            PARTIAL_ASSOCIATION,
            KEPT,
            GUESSED,
        ),
        tables=(
            GroupTable(
                "age_band",
                ("18-39", "40-64", "65+"),
                ((205, 301, 1_204), (495, 703, 2_746)),
                (700, 1_004, 3_950),
                147,
            ),
            GroupTable("tenure", ("owner", "tenant"), ((890, 58), (610, 3)), (1_500, 61), 3_240),
            GroupTable(
                "age_band × tenure",
                ("18-39 × owner", "65+ × owner", "65+ × tenant"),
                ((None, 343, None), (None, 768, None)),
                (2_222, 1_111, None),
            ),
        ),
        conditional=conditional(),
        carriers=carriers(),
        traces=(
            Trace("age_band", "65+", "S1", "channel", 0.2234, 0.8377),
            Trace("age_band", "18-39", "S2", "repairs", 0.0812, 0.3155),
        ),
        fit=(
            AttributeFit(
                "age_band",
                1.175,
                (
                    GroupFit("age_band", "18-39", 3.21, 0.187),
                    GroupFit("age_band", "40-64", 3.05, 0.213),
                    GroupFit("age_band", "65+", 3.585, 0.144),
                ),
                2_345,
            ),
            AttributeFit("tenure", None, (GroupFit("tenure", "tenant", None, None),), 2_345),
        ),
        opportunity=(
            Opportunity(
                "age_band",
                "repair_visits",
                (
                    GroupOpportunity("18-39", 98, 31, 0.316, 0.281),
                    GroupOpportunity("65+", 412, 184, 0.4466, 0.297),
                    GroupOpportunity("40-64", None, None, None, None),
                ),
                0.1304,
                0.016,
            ),
        ),
        demand=(
            Demand("repair_visits", 0.684, (0.662, 0.706), 0.153, 4_412),
            Demand("patrol", None, None, 0.0, 4_413),
        ),
        balance=(Balance("age_band", 0.718, 0.0746), Balance("tenure", None, None)),
        unchecked=("pooled_segments",),
    )


def conditional():
    """Return ratios within strata: of a broken finding, of one that is kept, and one that is hidden."""
    alike = (
        StratumRate("repairs 0–2", 0.121, 0.098, 1_417),
        StratumRate("repairs 3+", 0.407, 0.282, 2_533),
        StratumRate("repairs (missing)", None, None, None),
    )
    return (
        Conditional("age_band", "65+", "S1", 1.92, 1.41, (1.29, 1.55), alike, 1),
        Conditional("tenure", "owner", "S2", 0.98, 0.99, (0.94, 1.04), alike[:1], 0),
        Conditional("age_band × tenure", "65+ × owner", "S1", 0.42, None, None, (), 3),
    )


def carriers():
    """Return what carries an attribute into the segments: more features than a card tells of."""
    together = (
        GroupAuc("65+", 0.812, (0.8, 0.824)),
        GroupAuc("18-39", 0.667, (0.641, 0.693)),
        GroupAuc("40-64", None, None),
    )
    single = [("channel", 0.7411, 0.463, 0.2143), ("repairs", 0.6022, 0.284, 0.0311)]
    single += [("urgency", 0.5533, 0.171, 0.0029), ("parking", 0.5144, 0.082, 0.0017)]
    single += [("evening_share", 0.5255, 0.093, 0.0006), ("home_area", 0.5066, 0.0141, -0.0004)]
    return (
        Carrier("age_band", None, together, None, None, 4_650),
        *(
            Carrier("age_band", name, (GroupAuc("65+", auc, (auc - 0.02, auc + 0.02)),), moved, fall, 4_650)
            for name, auc, moved, fall in single
        ),
        Carrier("tenure", "channel", (GroupAuc("owner", 0.51, (0.47, 0.55)),), None, None, 1_561),
    )


def digests(policy):
    return Digests(policy.digest, f"sha256:{'a1' * 32}", f"sha256:{'b2' * 32}", "9.8.7")


def policy():
    return policy_from(raw_policy())


def pieces(**changes):
    """Return what a card is made of, with `changes`."""
    made = {
        "policy": policy(),
        "intake": intake(),
        "choice": choice(),
        "stability": stability(),
        "profiles": profiles(),
        "plans": plans(),
        "audit": audit(),
        "migration": migration(),
    } | changes
    return {"digests": digests(made["policy"]), **made}


def card(**changes):
    """Return the card, made from the pieces with `changes`."""
    return make_card(**pieces(**changes))
