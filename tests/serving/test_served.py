"""A version is made ready once: what all requests share, and what few of them need only when one asks."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from segmentation.errors import BundleError
from serving.served import served_of
from tests.serving.answering import approved
from tests.serving.made import SEGMENTS, policy, residents, scorer


@pytest.fixture(scope="module")
def version(begun_office):
    return approved(begun_office)


def test_a_version_that_is_ready_reads_scores_and_names(version):
    served = served_of(version)
    columns = served.needs.read(json.dumps({"residents": residents(3)}).encode(), 10)
    assert columns.rows == 3
    assert served.segments.keys() == SEGMENTS.keys()
    assert served.model.version == version.version == 1
    assert [need.name for need in served.needs.all] == list(policy().features)


def test_what_was_made_once_is_not_made_again(version):
    served = served_of(version)
    assert served.model is served.model
    assert served.words is served.words


def test_a_version_whose_card_tells_of_other_segments_is_not_made_ready(version):
    other = replace(version, scorer=replace(scorer(), segments=("S1", "S2", "S4")))
    with pytest.raises(BundleError, match="does not describe the segments"):
        served_of(other)


def test_a_renewed_decision_stands_in_the_answers_of_what_is_made_of_it(version):
    renewed = served_of(replace(version, decision="sha256:" + "ab" * 32))
    assert renewed.approved.decision.encode() in renewed.frame.opening


@pytest.mark.slow
def test_words_of_two_languages_are_loaded_when_the_first_one_asks():
    code = "import sys, serving.served; sys.exit('babel' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
