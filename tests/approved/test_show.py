"""A notebook shows an approved version as plain HTML, in which nobody's words become markup."""

from dataclasses import replace


def test_it_shows_version_people_reasons_and_digests(office, folder):
    found = office.load()
    shown = found._repr_html_()
    for told in (
        "resident_needs version 1, active",
        "Carol",
        "Bob",
        "2026-12-01",
        found.digest,
        found.decision,
    ):
        assert told in shown


def test_what_people_wrote_stays_text(office, folder):
    found = office.load()
    shown = replace(found, standing=replace(found.standing, why="<script>alert(1)</script>"))._repr_html_()
    assert "&lt;script&gt;" in shown
    assert "<script>" not in shown
