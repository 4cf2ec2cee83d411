"""The ways into the audit: in one table or in blocks, the same report."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from segmentation.audit import Block, Crosstab, audit, audit_blocks
from segmentation.errors import AuditError
from segmentation.residents import residents_from
from tests.policies import AS_OF, small_policy, small_residents, small_segments

SEGMENTS = ["S1", "S2", "S3"]


@pytest.fixture(scope="module")
def everybody():
    policy = small_policy()
    residents = residents_from(small_residents(900), policy, as_of=AS_OF)
    labels = pd.Categorical.from_codes(small_segments(900), SEGMENTS)
    return policy, Block(pd.Series(labels), residents.protected, residents.needs)


def cut(block, edges):
    return [
        Block(block.segments[low:high], block.protected[low:high], block.needs[low:high])
        for low, high in pairwise(edges)
    ]


def test_blocks_give_the_report_that_one_table_gives(everybody):
    policy, whole = everybody
    served = {"repairs": frozenset({"S1"})} if "repairs" in policy.services else None
    expected = audit(policy, whole.segments, whole.protected, served, needs=whole.needs)
    found = audit_blocks(policy, cut(whole, [0, 1, 400, 900]), whole, 900, served)
    assert found.to_dict() == expected.to_dict()


def test_findings_are_of_all_residents_where_rows_are_of_a_sample(everybody):
    policy, whole = everybody
    (sample,) = cut(whole, [0, 500])
    found = audit_blocks(policy, cut(whole, [0, 300, 900]), sample, 900)
    expected = audit(policy, whole.segments, whole.protected, needs=whole.needs)
    assert found.findings == expected.findings
    assert sum(found.segment_sizes) == 900
    assert max(one.residents for one in found.fit) <= 500 < max(one.residents for one in expected.fit)


def test_a_block_is_refused_as_a_table_is(everybody):
    policy, whole = everybody
    strange = Block(whole.segments, whole.protected.drop(columns="sex"), whole.needs)
    with pytest.raises(AuditError, match="column 'sex'"):
        audit_blocks(policy, [whole, strange], whole, 1800)


def test_counts_in_parts_add_up(everybody):
    _, whole = everybody
    squared = np.arange(900.0)
    one = Crosstab.of(whole.segments, whole.protected, squared=squared)
    parts = [
        Crosstab.of(block.segments, block.protected, squared=squared[block.segments.index])
        for block in cut(whole, [0, 10, 450, 900])
    ]
    together = Crosstab.together(parts)
    assert (together.codes == one.codes).all()
    assert (together.counts == one.counts).all()
    assert together.squared == pytest.approx(one.squared)


def test_parts_that_tell_segments_apart_otherwise_are_refused(everybody):
    _, whole = everybody
    one = Crosstab.of(whole.segments, whole.protected)
    other = Crosstab.of(whole.segments.cat.rename_categories(["S1", "S2", "S4"]), whole.protected)
    with pytest.raises(AuditError, match="the same segments"):
        Crosstab.together([one, other])
    with pytest.raises(AuditError, match="at least one"):
        Crosstab.together([])
