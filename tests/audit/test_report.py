"""The whole audit, and what somebody who has nothing but its report can work out."""

import itertools
import json
import math
from functools import cache

import numpy as np
import pandas as pd
import pytest

from segmentation.audit import audit
from segmentation.audit.association import measured
from segmentation.audit.cells import POOLED, Crosstab
from segmentation.audit.ratio import Share, ratio_interval, wilson
from segmentation.audit.tables import _shared
from segmentation.errors import AuditError
from segmentation.policy.parts import MISSING
from segmentation.suppression import CountTable, Link, Mask, attack
from tests.policies import small_policy

SMALLEST = 30
ORIGINS = ["local", "near", "far", "abroad"]
POLICY = small_policy(
    audit={"smallest_group": SMALLEST},
    protected={
        "origin": {
            "title": {"en": "Origin", "zh": "来源地"},
            "groups": ORIGINS,
            "harm": {"en": "Sorted apart", "zh": "被单独归类"},
        }
    },
)
SERVED = {"repair_visits": frozenset({"S1", "S3"}), "cleaning": frozenset({"S2"})}


def drawn(rng, size, values, shares, unknown=0.02):
    picked = rng.choice(len(values), size, p=np.array(shares) / np.sum(shares))
    codes = np.where(rng.random(size) < unknown, -1, picked)
    return pd.Categorical.from_codes(codes, values)


def community(size=4000, seed=0, tiny=8, unknown=0.02, older=0.93):
    """Residents of four segments: age follows them, sex does not, and few are from abroad."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(["S1", "S2", "S3", "S4"], size, p=[0.4, 0.3, 0.2, 0.1])
    people = pd.DataFrame(
        {
            "age_band": drawn(rng, size, ["18-39", "40-64", "65+"], [4, 3, 3], unknown),
            "sex": drawn(rng, size, ["female", "male"], [1, 1], unknown),
            "origin": drawn(rng, size, ORIGINS, [70, 20, 10, 0], unknown),
            "tenure": drawn(rng, size, ["owner", "tenant"], [6, 4], unknown),
        }
    )
    people.loc[rng.choice(size, tiny, replace=False), "origin"] = "abroad"
    aged = (labels == "S4") & (rng.random(size) < older)
    people.loc[aged, "age_band"] = "65+"
    return pd.Series(labels), people


@cache
def report(**changes):
    return audit(POLICY, *community(**changes), SERVED)


def numbers(content):
    """Every number in nested plain data."""
    if isinstance(content, dict):
        content = list(content.values())
    if isinstance(content, (list, tuple)):
        return [number for part in content for number in numbers(part)]
    return [content] if isinstance(content, (int, float)) else []


def assert_plain(found):
    """No number is NaN or infinite, and the report is JSON that comes back equal."""
    content = found.to_dict()
    assert all(math.isfinite(number) for number in numbers(content))
    assert json.loads(json.dumps(content, allow_nan=False)) == json.loads(json.dumps(content))


def of(found, attribute, group=None, target=None):
    check = "selection_ratio" if target else "total_variation" if group else "association"
    (one,) = [
        one for one in found.of(attribute) if (one.check, one.group, one.target) == (check, group, target)
    ]
    return one


def between(found, attribute):
    """Fairlearn's difference and ratio of the rates in each segment; every finding about it says the same."""
    told = {(one.target, one.between) for one in found.of(attribute) if one.check == "selection_ratio"}
    assert len(told) == len(found.segments)
    return dict(told)


# ---- What it finds ----------------------------------------------------------------------------------


def test_a_report_is_about_every_attribute_and_intersection():
    found = report()

    assert found.attributes == ("age_band", "sex", "origin", "tenure", "age_band × sex")
    assert found.segments == ("S1", "S2", "S3", "S4")
    assert sum(found.segment_sizes) == 4000
    assert (found.smallest_group, found.confidence) == (SMALLEST, 0.95)
    # Of each: two checks of the whole, two of every group, and every group in every segment and service; of
    # two groups, each differs from the other by the same.
    assert [len(found.of(name)) for name in found.attributes] == [
        2 + 2 * (1 if groups == 2 else groups) + groups * 6 for groups in (3, 2, 4, 2, 6)
    ]


def test_what_follows_the_segments_is_broken_and_what_does_not_is_not():
    found = report()

    assert found.verdict == "broken"
    assert of(found, "age_band", "65+", "S4").status == "broken"
    assert of(found, "age_band").status == "broken"
    assert {one.status for one in found.of("sex")} <= {"kept", "undetermined"}


def test_findings_stand_worst_first_and_gates_before_screens():
    found = [(one.status, one.role) for one in report().findings]
    order = [(status, role) for status in ("broken", "undetermined", "kept") for role in ("gate", "screen")]

    assert found == sorted(found, key=order.index)


@pytest.mark.parametrize("status", ["broken", "kept"])
def test_alike_findings_stand_by_how_far_from_even_they_are_and_hidden_ones_last(status):
    everything = report(older=0.5).findings
    found = [one for one in everything if (one.status, one.check) == (status, "selection_ratio")]
    shown = [max(one.value, 1 / one.value) for one in found if one.value is not None]

    assert all(first >= second - 1e-12 for first, second in itertools.pairwise(shown))
    assert all(one.value is None for one in found[len(shown) :])
    assert len(shown) > 1


def test_tables_are_the_counts():
    labels, people = community()
    table = report().tables[1]

    assert table.groups == ("female", "male")
    for row, segment in enumerate(report().segments):
        by_hand = tuple(int(((labels == segment) & (people["sex"] == sex)).sum()) for sex in table.groups)
        assert table.counts[row] == by_hand
    assert table.unknown == people["sex"].isna().sum()


def test_spreads_are_between_the_groups_of_the_table():
    table, found = report().tables[1], between(report(), "sex")
    rates = np.array(table.counts) / np.array(table.sizes)

    assert sorted(found) == ["S1", "S2", "S3", "S4"]
    assert [found[name][0] for name in report().segments] == pytest.approx(np.ptp(rates, axis=1), abs=1e-12)
    assert [found[name][1] for name in report().segments] == pytest.approx(
        rates.min(axis=1) / rates.max(axis=1), abs=1e-12
    )


def test_what_is_asked_for_and_not_judged_is_named():
    explained = small_policy(audit={"smallest_group": 30, "explained_by": ["repairs"]})
    labels, people = community()
    small = labels.where(np.arange(len(labels)) > 3, "S9")
    needed, rows = ("equal_opportunity", "outcomes"), ("carriers", "trace", "fit")

    assert audit(POLICY, labels, people, {}).unchecked == (*needed, *rows)
    assert audit(POLICY, labels, people).unchecked == ("service_parity", *needed, *rows)
    assert audit(explained, labels, people, {}).unchecked == (*needed, "explained_by", *rows)
    assert audit(POLICY, small, people, {}).unchecked == (*needed, *rows, "pooled_segments")


def test_a_report_is_a_table_with_a_row_for_each_finding():
    frame = report().to_frame()

    assert len(frame) == len(report().findings)
    assert frame["status"].tolist() == [one.status for one in report().findings]


def test_a_report_says_its_version_and_verdict():
    content = report().to_dict()

    assert (content["version"], content["verdict"]) == (2, "broken")
    assert content["findings"][0]["status"] == "broken"


def test_the_same_residents_give_the_same_report():
    assert audit(POLICY, *community(), SERVED) == report()


# ---- Odd input --------------------------------------------------------------------------------------


def everybody_missing(labels, people):
    return labels, people.assign(**{name: people[name].where(np.zeros(len(people), bool)) for name in people})


def attribute_equal_to_the_segment(labels, people):
    named = labels.map(dict(zip(["S1", "S2", "S3", "S4"], ORIGINS, strict=True)))
    return labels, people.assign(origin=pd.Categorical(named, ORIGINS))


def one_group_only(labels, people):
    return labels, people.assign(sex=pd.Categorical(["female"] * len(people), ["female", "male"]))


def a_group_absent_from_a_segment(labels, people):
    return labels, people.assign(
        tenure=people["tenure"].mask(labels.eq("S2") & people["tenure"].eq("owner"), "tenant")
    )


def one_segment_only(labels, people):
    return pd.Series(["S1"] * len(labels)), people


def a_segment_whose_groups_are_not_known(labels, people):
    return labels, people.assign(sex=people["sex"].where(labels != "S2"))


def nobody_unknown(labels, people):
    return community(unknown=0.0)


ODD = [
    everybody_missing, attribute_equal_to_the_segment, one_group_only, a_group_absent_from_a_segment,
    one_segment_only, a_segment_whose_groups_are_not_known, nobody_unknown,
]  # fmt: skip


@pytest.mark.parametrize("change", ODD)
def test_no_number_is_undefined_whatever_the_residents(change):
    labels, people = change(*community(size=1500))
    assert_plain(audit(POLICY, labels, people))


def test_no_number_of_a_plain_report_is_undefined():
    assert_plain(report())
    assert not math.isfinite(numbers({"planted": [1.0, (math.nan,)]})[1])


def test_an_attribute_equal_to_the_segment_is_broken_everywhere():
    found = audit(POLICY, *attribute_equal_to_the_segment(*community()))

    assert found.verdict == "broken"
    assert of(found, "origin").status == "broken"
    assert {of(found, "origin", group, "S1").status for group in ORIGINS} == {"broken"}


def test_one_group_only_is_undetermined():
    found = audit(POLICY, *one_group_only(*community()))

    assert {one.status for one in found.of("sex")} == {"undetermined"}
    assert of(found, "sex").reason == "one_group"


def test_a_group_absent_from_a_segment_is_broken_and_its_zero_is_hidden():
    found = audit(POLICY, *a_group_absent_from_a_segment(*community()))
    absent = of(found, "tenure", "owner", "S2")

    assert (absent.status, absent.count, absent.value, absent.hidden) == ("broken", None, None, True)


def test_residents_whose_group_is_not_known_leave_everything_open():
    found = audit(POLICY, *everybody_missing(*community()))

    assert found.verdict == "undetermined"
    assert {one.status for one in found.findings} == {"undetermined"}
    assert {one.between for one in found.findings} == {None}


@pytest.mark.parametrize(
    "name",
    [
        str,
        lambda segment: int(segment[1]),
        lambda segment: float(segment[1]),
        lambda segment: f"teil {segment}",
    ],
)
def test_a_table_that_somebody_else_made_may_name_segments_as_it_likes(name):
    labels, people = community()
    found = audit(POLICY, labels.map(name), people)

    assert found.segments == tuple(str(name(segment)) for segment in ("S1", "S2", "S3", "S4"))
    assert found.segment_sizes == report().segment_sizes
    assert [one.status for one in found.of("sex")] == [
        one.status for one in audit(POLICY, labels, people).of("sex")
    ]


def test_segments_that_read_alike_are_one():
    _, people = community()
    mixed = pd.Series([1 if at % 2 else "1" for at in range(2000)] + [2] * 2000, dtype=object)

    assert audit(POLICY, mixed, people).segments == ("1", "2")
    assert audit(POLICY, mixed, people).segment_sizes == (2000, 2000)


def test_a_category_that_nobody_is_in_is_no_segment():
    labels, people = community()
    named = pd.Series(pd.Categorical(labels, ["S4", "S5", "S3", "S2", "S1"]))

    assert audit(POLICY, named, people).segments == ("S1", "S2", "S3", "S4")


def test_segments_stand_in_the_order_of_their_numbers():
    rng = np.random.default_rng(0)
    _, people = community()
    found = audit(POLICY, pd.Series(rng.choice([f"S{at}" for at in range(1, 12)], 4000)), people)

    assert found.segments == tuple(f"S{at}" for at in range(1, 12))


def test_segments_under_the_smallest_group_are_pooled():
    labels, people = community()
    labels[:29], labels[29:34] = "few", "fewer"
    found = audit(POLICY, labels, people)

    assert found.segments == ("S1", "S2", "S3", "S4", POOLED)
    assert found.segment_sizes[-1] == 34
    assert "few" not in json.dumps(found.to_dict()).split()


def test_a_small_segment_is_pooled_with_the_next_larger_so_that_it_is_not_seen():
    labels, people = community()
    labels[:29] = "few"
    found = audit(POLICY, labels, people)

    assert found.segments == ("S1", "S2", "S3", POOLED)
    assert found.segment_sizes[-1] == 29 + (labels == "S4").sum()


def test_a_segment_of_the_smallest_size_stands_alone():
    labels, people = community()
    labels[:30] = "few"

    assert audit(POLICY, labels, people).segments == ("S1", "S2", "S3", "S4", "few")


def test_somebody_without_a_segment_is_refused():
    labels, people = community()
    labels[7] = None
    with pytest.raises(AuditError, match="1 of 4000 residents have no segment"):
        audit(POLICY, labels, people)


def test_segments_of_other_residents_are_refused():
    labels, people = community()
    with pytest.raises(AuditError, match="3999 segments for 4000 residents"):
        audit(POLICY, labels[1:], people)


@pytest.mark.parametrize("labels", [["S1"] * 29, []])
def test_too_few_residents_are_refused(labels):
    _, people = community()
    with pytest.raises(
        AuditError, match=r"Only \d+ residents have a segment, and the policy judges 30 or more"
    ):
        audit(POLICY, pd.Series(labels, dtype=object), people[: len(labels)])


def test_a_service_for_a_segment_that_is_not_judged_is_refused():
    labels, people = community()
    with pytest.raises(AuditError, match="nobody is in: S9"):
        audit(POLICY, labels, people, {"repair_visits": frozenset({"S1", "S9"})})


def test_intersections_too_fine_to_protect_are_refused():
    fine = {
        name: {
            "title": {"en": name, "zh": name},
            "groups": [f"{name}{at}" for at in range(25)],
            "harm": {"en": "Sorted apart", "zh": "被单独归类"},
        }
        for name in ("quarter", "dialect")
    }
    policy = small_policy(protected=fine, audit={"intersections": [["quarter", "dialect"]]})
    labels, people = community()
    rng = np.random.default_rng(0)
    for name, attribute in fine.items():
        people[name] = drawn(rng, 4000, attribute["groups"], [1] * 25)

    with pytest.raises(AuditError, match=r"2,500 counts \(625 groups in 4 segments\), more than the 2,000"):
        audit(policy, labels, people)
    assert "quarter" in audit(small_policy(protected=fine), labels, people).attributes


def test_an_intersection_that_is_named_twice_is_judged_once():
    both = small_policy(audit={"intersections": [["age_band", "sex"], ["sex", "age_band"]]})

    assert audit(both, *community()).attributes == ("age_band", "sex", "tenure", "age_band × sex")


def test_what_two_intersections_share_is_counted_with_them():
    asked = [("a",), ("b",), ("a", "b"), ("a", "b", "c"), ("c", "d", "b")]

    assert _shared(asked) == [("b", "c")]
    assert _shared(asked[:4]) == []


# ---- What an adversary has of it --------------------------------------------------------------------


def slack():
    """Enough residents whose origin is not known that nobody else need be hidden for those from abroad."""
    return report(unknown=0.15)


def hidden_in(table):
    return {
        (group, segment)
        for segment, counts in zip(report().segments, table.counts, strict=True)
        for group, count in zip(table.groups, counts, strict=True)
        if count is None
    }


def test_every_count_of_a_tiny_group_is_hidden_and_so_is_its_size():
    table = slack().tables[2]

    assert table.sizes[table.groups.index("abroad")] is None
    assert hidden_in(table) == {("abroad", segment) for segment in slack().segments}
    assert table.unknown is None


def test_where_few_are_not_known_a_tiny_group_is_hidden_behind_another():
    table = report().tables[2]

    assert {group for group, _ in hidden_in(table)} == {"abroad", "far"}
    assert table.sizes[table.groups.index("local")] is not None


def test_a_hidden_finding_has_no_figure():
    hidden = [one for one in slack().of("origin") if one.group == "abroad"]

    assert len(hidden) == 8
    for one in hidden:
        assert (one.status, one.reason, one.hidden) == ("undetermined", "small_group", True)
        figures = (one.value, one.interval, one.count, one.size, one.rate, one.rate_interval)
        assert {*figures, one.others_rate, one.p_value} == {None}


def test_no_count_under_the_smallest_group_is_in_the_report():
    for found in [report(), report(seed=1, size=900, tiny=3), report(seed=2, size=700, tiny=20, unknown=0.0)]:
        for table in found.tables:
            shown = [
                count for counts in (table.sizes, *table.counts) for count in counts if count is not None
            ]
            assert min(shown, default=SMALLEST) >= SMALLEST
        for one in found.findings:
            assert one.count is None or one.count >= SMALLEST


def test_spreads_are_between_groups_that_are_shown():
    table = slack().tables[2]
    shown = [at for at, group in enumerate(table.groups) if group != "abroad"]
    rates = np.array([[counts[at] / table.sizes[at] for at in shown] for counts in table.counts])
    found = [between(slack(), "origin")[name][0] for name in slack().segments]

    assert found == pytest.approx(np.ptp(rates, axis=1), abs=1e-12)


def test_groups_of_hundreds_are_all_shown_though_few_beside_them_are_not_known():
    labels, people = community(size=20_000)
    people = people.assign(
        age_band=drawn(np.random.default_rng(1), 20_000, ["18-39", "40-64", "65+"], [4, 3, 3])
    )
    counted = Crosstab.of(labels, people).cells(["age_band", "sex"])
    table = audit(POLICY, labels, people).tables[-1]

    assert counted.counts.min() < SMALLEST <= counted.known.counts.min()
    assert table.counts == tuple(map(tuple, counted.known.counts.tolist()))


def every_link(counted):
    """What adds up to what, as an adversary knows it: any table with all attributes of another and more."""
    for coarse, fine in itertools.permutations(counted, 2):
        if set(coarse.attributes) < set(fine.attributes):
            groups = [dict(zip(fine.attributes, group, strict=True)) for group in fine.groups]
            parents = (" × ".join(group[name] for name in coarse.attributes) for group in groups)
            yield Link(coarse.name, fine.name, tuple(parents))


COMMUNITIES = [
    {"seed": 0, "size": 4000, "tiny": 8},
    {"seed": 1, "size": 900, "tiny": 3},
    {"seed": 2, "size": 700, "tiny": 20, "unknown": 0.0},
    {"seed": 3, "size": 2000, "tiny": 0, "unknown": 0.3},
]


@pytest.mark.parametrize("changes", COMMUNITIES)
def test_no_hidden_count_can_be_worked_out_from_the_tables(changes):
    labels, people = community(**changes)
    found = report(**changes)
    counted = [Crosstab.of(labels, people).cells(table.attribute.split(" × ")) for table in found.tables]
    tables, masks = [], {}
    for cells, table in zip(counted, found.tables, strict=True):
        tables.append(CountTable(cells.name, cells.segments, cells.group_names, cells.counts))
        place = {group: at for at, group in enumerate(table.groups)}
        column = [place.get(name) for name in cells.group_names]
        hidden = [
            [at is None or counts[at] is None for at in column] for counts in (*table.counts, table.sizes)
        ]
        masks[cells.name] = Mask(np.array(hidden[:-1]), np.array(hidden[-1]))
    ranges = attack(tables, list(every_link(counted)), masks)
    for cells in counted:
        known = np.array([MISSING not in group for group in cells.groups])
        need = np.minimum(cells.counts.sum(axis=1), SMALLEST)[:, None]
        small = (cells.counts < SMALLEST) & known
        assert (np.ptp(ranges[cells.name].cells, axis=-1) >= np.where(small, need, 0)).all()
        small_sizes = (cells.sizes < SMALLEST) & known
        assert (np.ptp(ranges[cells.name].column_totals, axis=-1)[small_sizes] >= SMALLEST).all()


class Outsider:
    """Somebody who has the published report, and works out its figures from its tables alone."""

    def __init__(self, content):
        self.content = json.loads(json.dumps(content))
        self.tables = {table["attribute"]: table for table in self.content["tables"]}

    def column(self, attribute, group):
        table = self.tables[attribute]
        at = table["groups"].index(group)
        return [counts[at] for counts in table["counts"]], table["sizes"][at]

    def inside(self, attribute, group, target):
        """Residents of a group in a segment or planned a service, or None where the tables do not tell."""
        counts, size = self.column(attribute, group)
        if size is None:
            return None
        segments = SERVED.get(target, {target})
        own = [
            count for name, count in zip(self.content["segments"], counts, strict=True) if name in segments
        ]
        rest = [
            count
            for name, count in zip(self.content["segments"], counts, strict=True)
            if name not in segments
        ]
        if None not in own:
            return sum(own)
        return size - sum(rest) if None not in rest and target in SERVED else None

    def share(self, finding):
        """The group against all others of which the tables tell as much."""
        attribute, own = finding["attribute"], finding["group"]
        told = {
            group: self.inside(attribute, group, finding["target"])
            for group in self.tables[attribute]["groups"]
        }
        others = [group for group, count in told.items() if group != own and count is not None]
        sizes = [self.column(attribute, group)[1] for group in others]
        return Share(
            told[own], self.column(attribute, own)[1], sum(told[group] for group in others), sum(sizes)
        )

    def large(self, attribute):
        """The columns of an attribute of which the tables tell every count."""
        columns = [self.column(attribute, group) for group in self.tables[attribute]["groups"]]
        return np.array([counts for counts, size in columns if None not in [*counts, size]]).T


@pytest.mark.parametrize("changes", COMMUNITIES)
def test_every_figure_of_a_finding_follows_from_the_published_tables(changes):
    content = report(**changes).to_dict()
    outsider = Outsider(content)
    told = 0
    for finding in content["findings"]:
        if finding["group"] is None or finding["count"] is None:
            continue
        share = outsider.share(finding)
        assert (finding["count"], finding["size"]) == (share.count, share.size)
        assert finding["rate"] == pytest.approx(share.rate, abs=1e-12)
        if finding["rate_interval"] is not None:
            assert finding["rate_interval"] == wilson(share.count, share.size, 0.95)
        if finding["others_rate"] is not None:
            told += 1
            assert finding["others_rate"] == share.others_rate
            assert finding["value"] == share.ratio
            assert finding["interval"] == ratio_interval(share, 0.95, 0.8)
    assert told > 10


@pytest.mark.parametrize("changes", COMMUNITIES)
def test_every_association_follows_from_the_published_tables(changes):
    content = report(**changes).to_dict()
    outsider = Outsider(content)
    for finding in content["findings"]:
        if finding["check"] == "association" and finding["value"] is not None:
            counts = outsider.large(finding["attribute"])
            expected = measured("association", counts[counts.sum(axis=1) > 0], 0.1, 0.95)
            assert (finding["value"], finding["interval"]) == (expected.value, expected.interval)
            assert finding["size"] == counts.sum()


def test_the_others_rate_and_the_ratio_say_nothing_of_a_hidden_group():
    # Whoever rebuilds the others' counts from the rates is left with those that are shown, not with the 8.
    outsider = Outsider(slack().to_dict())
    for segment in slack().segments:
        finding = of(slack(), "origin", "local", segment)
        counts = [outsider.inside("origin", group, segment) for group in ("near", "far")]
        sizes = [outsider.column("origin", group)[1] for group in ("near", "far")]
        assert finding.rate / finding.value * sum(sizes) == pytest.approx(sum(counts))
        assert finding.others_rate * sum(sizes) == pytest.approx(sum(counts))


def test_no_p_value_rests_on_a_hidden_count():
    found = report()

    assert {one.p_value for one in found.of("origin") if one.group is not None} == {None}
    tested = [one for one in found.of("sex") if one.reason in {"within_limit", "beyond_limit"}]
    assert all(one.p_value is not None for one in tested)


def test_residents_who_are_unknown_in_every_table_uncover_no_hidden_count():
    labels, people = community()
    rng = np.random.default_rng(5)
    few = rng.choice(len(people), 12, replace=False)
    sex = people["sex"].astype(object)
    sex.iloc[few] = None
    people = people.assign(sex=pd.Categorical(sex, people["sex"].cat.categories))
    withheld = rng.choice(len(people), 400, replace=False)
    own = int(people["tenure"].drop(index=withheld).isna().sum())
    people.loc[withheld, :] = None

    found = audit(POLICY, labels, people, {})

    assert sum(found.segment_sizes) == 3600
    assert {table.attribute: table.unknown for table in found.tables}["tenure"] == own


def test_where_nobody_is_known_nothing_is_kept():
    labels, people = community()
    people.loc[:, :] = None

    assert audit(POLICY, labels, people, {}).verdict == "undetermined"


def test_a_segment_may_not_bear_the_name_of_the_pooled_ones():
    labels, people = community()
    with pytest.raises(AuditError, match="may not be called"):
        audit(POLICY, labels.where(labels != "S1", "(small segments)"), people)
