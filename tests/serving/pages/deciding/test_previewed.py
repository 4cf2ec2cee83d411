"""What is shown before a signature: the whole record, in words and in digests."""

from datetime import date

from segmentation.signing import sha256
from tests.serving.pages.acting import WHY, Acting, fields
from tests.serving.pages.made import blocked


def test_findings_that_pass_for_one_reason_stand_together_worst_first(desk):
    desk.office.submit(blocked(1))
    carol = Acting(desk, "Carol", "approve", language="en")
    carol.waive()
    key = carol.notes()[0].key
    carol.note("waiver", key, "Another reason, and a longer one.", date(2026, 3, 20))

    decided = carol.preview().page.decided

    assert [(group.reason, group.n) for group in decided.waived] == [
        (WHY, 10),
        ("Another reason, and a longer one.", 1),
    ]
    statuses = [one.status for one in decided.waived[0].about[0].findings]
    assert statuses == sorted(statuses)
    assert decided.passing == 11


def test_an_approval_that_a_waiver_or_the_other_approval_ends_is_told_to_end_then(desk):
    desk.office.submit(blocked(1))
    bob = Acting(desk, "Bob", "approve", language="en")
    bob.waive(until=date(2026, 3, 10))
    bob.act()
    carol = Acting(desk, "Carol", "approve", language="en")
    carol.waive(until=date(2026, 3, 20))

    shown = carol.preview(until="2026-05-01")

    holding = shown.page.decided.holding
    assert (holding.ends, holding.until, holding.early) == (date(2026, 3, 20), date(2026, 5, 1), 11)
    assert [(one.name, one.ends) for one in holding.sooner] == [("Bob", date(2026, 3, 10))]
    assert "2026-03-10" in carol.html(shown)


def test_an_approval_that_holds_as_long_as_it_says_is_told_so(desk):
    desk.office.submit()
    holding = Acting(desk, "Carol", "approve").preview(until="2026-05-01").page.decided.holding
    assert (holding.ends, holding.early, holding.sooner) == (date(2026, 5, 1), 0, ())


def test_every_digest_that_is_signed_and_that_of_the_record_itself_are_shown(desk):
    desk.office.submit()
    carol = Acting(desk, "Carol", "approve")

    shown = carol.preview()

    html, page = carol.html(shown), shown.page
    decision = desk.office.book.history()
    submission = decision.standing("small_needs", 1, desk.office.clock()).submission
    told = {one.digest for one in page.prints}
    digests = submission.digests
    named = [getattr(digests, name) for name in ("policy", "data", "audit", "card", "impact", "bundle")]
    others = [digests.model["scorer.json"], submission.catalogue, submission.limits, decision.head.digest]
    assert told == {one.rpartition(":")[2] for one in (*named, *others)}
    assert page.documents[0].digest == sha256(fields(shown)["payload"].encode()).rpartition(":")[2]
    assert 'type="password"' in html
    assert 'autocomplete="current-password"' in html
