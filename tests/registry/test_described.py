"""MLflow's pages open with the verdict, in both languages, and say nothing that is live."""

import re
from dataclasses import replace

import pytest

from segmentation.errors import RegistryError
from segmentation.registry import described
from segmentation.registry.figures import MEASURES, PARAMETERS


def test_a_version_opens_with_the_verdict_and_the_worst_that_blocks(candidate):
    told = described.of_version(candidate.card, 3, "https://segments.example")
    blocking = len(candidate.card.verdict.blocking)

    assert told.startswith("Audit: broken (")
    assert "审计结论：违反。" in told
    assert f"In the way of a signature · 阻止签署 ({blocking}):" in told
    assert f"and {blocking - 3} more" in told
    assert "(https://segments.example/review/versions/3)" in told


def test_without_an_address_there_is_no_link(candidate):
    assert "](" not in described.of_version(candidate.card, 3, None)


def test_what_the_segments_lack_is_told_first(candidate):
    verdict = replace(candidate.card.verdict, structure=("does not repeat itself",))
    told = described.of_version(replace(candidate.card, verdict=verdict), 1, None)

    lines = told.splitlines()
    at = next(at for at, line in enumerate(lines) if line.startswith("- The number of segments was given by"))
    assert "does not repeat itself" in lines[at]
    assert lines[at + 1].startswith("  分群数")
    assert at < next(at for at, line in enumerate(lines) if "Cramér" in line)


def test_each_point_in_the_way_of_a_signature_is_told_in_both_languages(candidate):
    told = described.of_version(candidate.card, 3, None).split("In the way of a signature")[1]
    points = re.findall(r"^- (.+)  \n  (.+)$", told, re.MULTILINE)

    assert len(points) == described.SHOWN
    assert [zh for _, zh in points if not re.search("[\u4e00-\u9fff]", zh)] == []
    assert [en for en, _ in points if "broken" not in en] == []


def test_where_nothing_blocks_it_says_so(candidate):
    verdict = replace(candidate.card.verdict, blocking=(), structure=())

    told = described.of_version(replace(candidate.card, verdict=verdict), 1, None)

    assert "Nothing stands in the way of a signature." in told


def test_the_experiment_explains_every_column(candidate):
    told = described.of_experiment(candidate.policy)

    assert told.startswith(described.OURS)
    assert all(f"`params.{one.key}`" in told for one in PARAMETERS)
    assert all(f"`metrics.{one.key}`" in told for one in MEASURES)


def test_a_policys_text_stays_text(candidate):
    title = candidate.policy.title.model_copy(update={"en": "<b>[x](y)</b>"})

    told = described.of_model(candidate.policy.model_copy(update={"title": title}))

    assert "<b>" not in told
    assert "[x](y)" not in told


@pytest.mark.parametrize("pages", [None, "https://segments.example", "http://127.0.0.1:8000/needs"])
def test_an_address_is_taken_without_its_last_slash(pages):
    assert described.address(pages and f"{pages}/") == pages


@pytest.mark.parametrize(
    "pages", ["ftp://x", "segments", "https://carol:hush@x", "https://x/?key=hush", "https://x/) [y](z"]
)
def test_what_is_no_address_or_tells_a_secret_is_refused(pages):
    with pytest.raises(RegistryError, match="of the form") as told:
        described.address(pages)

    assert "hush" not in str(told.value)
