"""The terms of a section are those that its readers see in it, and no word of a tag."""

import pytest

from segmentation.card.words import GLOSSARY
from serving.pages.terms_in import KNOWN, terms_in


@pytest.mark.parametrize(
    ("html", "language", "found"),
    [
        ("<td>Cram&eacute;r</td><p>AUC and Jaccard similarity</p>", "en", ("AUC", "Jaccard similarity")),
        ("<p>Cramér&#39;s V</p>", "en", ("Cramér's V",)),
        ('<p class="auc interval">generated</p>', "en", ()),
        ("<p>克莱姆V系数</p>", "zh", ("Cramér's V",)),
        ("<p>住户</p>", "zh", ()),
    ],
)
def test_a_term_is_found_in_what_is_read_and_not_in_a_tag(html, language, found):
    assert terms_in(html, language) == found


def test_what_is_left_out_is_of_the_glossary():
    assert {term for term, _ in GLOSSARY} >= KNOWN
