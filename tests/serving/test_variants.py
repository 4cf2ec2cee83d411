"""A page or data, in which language, and which styles a browser may take: as the request asks."""

import base64
import hashlib

import pytest

from serving.calls import Refused
from serving.variants import language_in, own_styles, page_in

PAGES = {b"text/html", b"text/markdown"}


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ([b"text/html,*/*;q=0.8"], b"text/html"),
        ([b"image/png, TEXT/Markdown;q=0.1"], b"text/markdown"),
        ([b"application/json, text/html"], None),
        ([b"*/*", b"text/html"], None),
        ([b"image/png"], None),
        ([], None),
    ],
)
def test_the_page_that_is_asked_for_first_is_answered_and_data_otherwise(accept, media):
    assert page_in([(b"accept", one) for one in accept], PAGES) == media


@pytest.mark.parametrize(
    ("query", "accept", "language"),
    [(b"language=zh", b"en", "zh"), (b"language=zh&language=en", b"zh", "en"), (b"", b"zh-CN", "zh")],
)
def test_an_address_counts_more_than_what_the_browser_prefers(query, accept, language):
    scope = {"query_string": query, "headers": [(b"accept-language", accept)]}

    assert language_in(scope, "No.") == language


@pytest.mark.parametrize("query", [b"language=fr", b"language="])
def test_another_language_is_refused_in_the_words_of_who_answers(query):
    with pytest.raises(Refused, match="malformed") as no:
        language_in({"query_string": query, "headers": []}, "Ask for another.")
    assert no.value.detail == "Ask for another."


def test_a_page_brings_its_own_styles_and_no_other():
    digest = base64.b64encode(hashlib.sha256(b"p {}").digest()).decode()
    name, policy = own_styles(b"<style>p {}</style><p>")

    assert name == b"content-security-policy"
    assert f"style-src 'sha256-{digest}';" in policy.decode()
