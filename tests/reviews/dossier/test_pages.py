"""The pages are made from the signed JSON alone."""

import pytest

from segmentation.bundle import CARD, IMPACT, Bundle
from segmentation.card import render
from segmentation.errors import BundleError
from segmentation.reviews.dossier.pages import BUNDLE, bundled, pages_of
from segmentation.signing import sha256
from tests.card import made as card
from tests.reviews.dossier import made
from tests.signed import MODEL


def test_pages_are_those_of_the_card_and_the_assessment_in_both_languages():
    pages = pages_of(made.bundle())

    assert sorted(pages) == [
        "card/card.en.html",
        "card/card.zh.html",
        "impact/impact.en.html",
        "impact/impact.zh.html",
    ]
    assert pages["card/card.zh.html"].decode() == render(card.card(), "zh", "html")


def test_files_lie_there_as_they_were_signed_and_their_list_has_the_digest_that_was_signed():
    files = bundled(made.bundle())

    assert files["card/card.json"] == made.bundle().files[CARD]
    assert sha256(files[BUNDLE]) == made.bundle().digest


@pytest.mark.parametrize("name", [CARD, IMPACT])
@pytest.mark.parametrize("text", [b"{}", b'{"version": 99}'])
def test_a_form_that_this_program_does_not_read_is_refused(name, text):
    bundle = Bundle(MODEL, 1, {**made.bundle().files, name: text})

    with pytest.raises(BundleError, match="does not read"):
        pages_of(bundle)
