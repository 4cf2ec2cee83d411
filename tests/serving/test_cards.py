"""The card that was signed, byte for byte, and the pages that are made of it."""

import hashlib
import re
from base64 import b64decode, b64encode

import msgspec
import pytest

from segmentation.answers import Model
from segmentation.bundle import CARD
from segmentation.card import ModelCard, render
from serving.calls import Refused
from serving.cards import card
from serving.described import model
from tests.serving.answering import Desk
from tests.serving.made import bundle
from tests.serving.made import card as made_card


@pytest.fixture(scope="module")
def desk(begun_office):
    return Desk.of(begun_office)


@pytest.fixture(scope="module")
def told(desk):
    return msgspec.json.decode(desk.ask(model).body, type=Model)


def headers(reply):
    return dict(reply.headers)


@pytest.mark.parametrize(
    "accept", ["application/json", "*/*", "text/plain", "application/json, text/html;q=0.5"]
)
def test_the_card_is_the_signed_one_byte_for_byte(desk, told, accept):
    reply = desk.ask(card, accept=accept)
    assert reply.body == bundle().files[CARD]
    assert reply.media == b"application/json"
    assert headers(reply)[b"etag"].decode() == f'"{told.card}"'


def test_the_digest_in_the_header_proves_it_whole(desk):
    for reply in (desk.ask(card), desk.ask(card, accept="text/markdown")):
        told = headers(reply)[b"repr-digest"].decode()
        assert told.startswith("sha-256=:")
        assert b64decode(told[9:-1]) == hashlib.sha256(reply.body).digest()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("accept", "form"), [("text/markdown", "md"), ("text/html,*/*;q=0.8", "html")])
def test_a_page_is_that_of_the_card(desk, language, accept, form):
    reply = desk.ask(card, accept=accept, query=f"language={language}".encode())
    assert reply.body.decode() == render(made_card(), language, form)
    assert reply.media.startswith(accept.partition(",")[0].encode() + b"; charset=utf-8")


def test_a_page_says_in_which_language_it_is(desk):
    for query, tag in ((b"", b"en"), (b"language=zh", b"zh-CN")):
        assert headers(desk.ask(card, accept="text/markdown", query=query))[b"content-language"] == tag


@pytest.mark.parametrize(
    ("query", "tag"), [(b"", b"zh-CN"), (b"language=en", b"en"), (b"language=zh", b"zh-CN")]
)
def test_a_browser_gets_the_language_of_its_user_unless_the_address_names_one(desk, query, tag):
    sent = {"accept": "text/html,*/*;q=0.8", "accept_language": "zh-CN,zh;q=0.9,en;q=0.8"}
    told = headers(desk.ask(card, query=query, **sent))
    assert told[b"content-language"] == tag
    assert told[b"vary"] == b"accept, accept-language"


def test_the_card_as_signed_is_the_same_in_every_language(desk):
    told = desk.ask(card, accept_language="zh")
    assert told.body == desk.ask(card).body
    assert b"content-language" not in headers(told)


def test_a_browser_may_take_the_styles_of_the_page_and_nothing_else(desk):
    reply = desk.ask(card, accept="text/html")
    (styles,) = re.findall(b"<style>(.*?)</style>", reply.body, re.DOTALL)
    told = headers(reply)[b"content-security-policy"].decode()
    assert f"style-src 'sha256-{b64encode(hashlib.sha256(styles).digest()).decode()}'" in told
    assert told.startswith("default-src 'none'; ")
    assert b"content-security-policy" not in headers(desk.ask(card, accept="text/markdown"))


def test_the_page_is_in_english_where_nobody_says(desk):
    assert (
        desk.ask(card, accept="text/markdown").body
        == desk.ask(card, accept="text/markdown", query=b"language=en").body
    )


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize("query", [b"fr", b"%00", b"zh&language=WANG", b""])
def test_another_language_is_refused_and_not_shown(desk, query, accept):
    with pytest.raises(Refused, match="malformed") as caught:
        desk.ask(card, accept=accept, query=b"language=" + query)
    assert "WANG" not in caught.value.detail
    assert "`language=en` or `zh`" in caught.value.detail


def test_the_bytes_are_a_card(desk):
    assert ModelCard.from_json(desk.ask(card).body.decode()).digest == made_card().digest
