"""What a dossier says, of versions that stand differently."""

from datetime import date

import pytest

from segmentation.errors import ReviewError
from segmentation.ledger.records import Waiver
from segmentation.reviews.dossier.report import report_of
from tests.reviews.dossier import made
from tests.signed import MODEL, Cast

LATE, EARLY = date(2026, 11, 1), date(2026, 10, 1)


def waiver(expires):
    return Waiver(finding="association:age_band", reason="Followed for a quarter.", expires=expires)


def told(cast, version=1):
    return report_of(made.history(cast), MODEL, version)


def test_a_version_in_use_names_who_signed_and_until_when():
    report = told(made.approved())

    assert (report.state, report.verdict, report.valid_until) == ("active", "kept", date(2026, 12, 1))
    assert [(one.action, one.by, one.role) for one in report.signatures] == [
        ("submit", "Tina", "trainer"),
        ("approve", "Carol", "compliance"),
        ("approve", "Bob", "business"),
    ]
    assert report.signers == ("Carol", "Bob")
    assert report.revoked is None


def test_waivers_and_conditions_are_those_of_the_last_round():
    cast, told_of = Cast.assembled(), {"digests": made.digests(), "blocking": ("association:age_band",)}
    cast.decide("submit", "Tina", **told_of)
    cast.decide("approve", "Carol", waivers=(waiver(EARLY),), conditions=("Old.",), **told_of)
    cast.decide("request_changes", "Bob", **told_of)
    cast.decide("submit", "Tina", **told_of)
    cast.decide("approve", "Bob", waivers=(waiver(EARLY),), **told_of)
    cast.decide("approve", "Carol", waivers=(waiver(LATE),), conditions=("Look again.",), **told_of)
    report = told(cast)

    assert [(one.by, one.expires) for one in report.waivers] == [("Bob", EARLY), ("Carol", LATE)]
    assert report.conditions == ("Look again.",)
    assert report.valid_until == EARLY
    assert len(report.signatures) == 6


def test_a_revocation_is_told_and_no_last_day():
    cast = made.approved()
    cast.decide("revoke", "Adam", digests=made.digests(), reason="A complaint.")
    report = told(cast)

    assert (report.state, report.valid_until) == ("revoked", None)
    assert (report.revoked.by, report.revoked.reason) == ("Adam", "A complaint.")
    assert report.signers == ()


def test_of_a_version_that_was_reopened_no_approval_counts():
    cast = made.approved()
    cast.adopt()
    report = told(cast)

    assert (report.state, report.signers, report.valid_until) == ("submitted", (), None)
    assert [one.by for one in report.signatures] == ["Tina", "Carol", "Bob"]


def test_of_a_version_that_one_person_approved_that_one_is_named():
    cast = Cast.assembled()
    cast.decide("submit", "Tina", digests=made.digests())
    cast.decide("approve", "Bob", digests=made.digests())

    assert (told(cast).signers, told(cast).valid_until) == (("Bob",), None)


def test_what_was_never_submitted_has_no_report():
    with pytest.raises(ReviewError, match="Version 7 of resident_needs was never submitted"):
        told(made.approved(), 7)
