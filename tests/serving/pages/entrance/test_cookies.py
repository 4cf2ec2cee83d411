"""Cookies as browsers send and keep them."""

import pytest

from serving.pages.entrance.cookies import header, language_of, name_of, read
from serving.pages.visit import Cookie

TOKEN = "t" * 43


@pytest.mark.parametrize(
    ("tls", "told"),
    [
        (True, f"__Host-segmentation={TOKEN}; Path=/; HttpOnly; SameSite=Lax; Secure"),
        (False, f"segmentation={TOKEN}; Path=/; HttpOnly; SameSite=Lax"),
    ],
    ids=["over TLS", "on this machine"],
)
def test_a_session_is_kept_by_no_script_sent_by_no_other_site_and_ends_with_the_browser(tls, told):
    assert header(Cookie("session", TOKEN), tls=tls) == (b"set-cookie", told.encode())


def test_a_choice_is_kept_for_as_long_as_it_says_and_nothing_takes_a_cookie_away():
    assert header(Cookie("language", "en", 60), tls=False)[1].endswith(b"SameSite=Lax; Max-Age=60")
    assert header(Cookie("session", "", 60), tls=False)[1].startswith(b"segmentation=; ")
    assert header(Cookie("session", ""), tls=False)[1].endswith(b"; Max-Age=0")


@pytest.mark.parametrize("value", ["en; Domain=example", "en\r\nx: y", "de"])
def test_nothing_else_is_put_into_a_cookie(value):
    with pytest.raises(ValueError, match="language"):
        header(Cookie("language", value), tls=False)


def told(*values):
    return [(b"cookie", value) for value in values]


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        (told(), {}),
        (told(b"segmentation=" + b"t" * 43), {"session": TOKEN}),
        (told(b"a=b;segmentation-language=en ; c"), {"language": "en"}),
        (told(b"a=b", b"segmentation-language=zh"), {"language": "zh"}),
        (told(b"segmentation-language=en; segmentation-language=zh"), {}),
        (told(b"segmentation-language=en", b"segmentation-language=en"), {}),
        (told(b"segmentation=short"), {}),
        (told(b"segmentation=" + b"t" * 44), {}),
        (told(b"segmentation=" + b"t" * 42 + b"\xff"), {}),
        (told(b"__Host-segmentation=" + b"t" * 43), {}),
        (told(b"segmentation-notice=<b>"), {}),
        (told(b"Segmentation-Language=en"), {}),
    ],
    ids=range(12),
)
def test_only_what_is_ours_and_sent_once_is_read(headers, found):
    assert read(headers, tls=False) == found


def test_over_tls_a_cookie_without_the_prefix_counts_for_nothing():
    plain, strict = (f"{name_of('session', tls=tls)}={TOKEN}".encode() for tls in (False, True))
    assert read(told(plain), tls=True) == {}
    assert read(told(strict), tls=True) == {"session": TOKEN}


@pytest.mark.parametrize(
    ("kept", "language"), [({}, "zh"), ({"language": "en"}, "en"), ({"language": "zh"}, "zh")]
)
def test_pages_are_in_chinese_unless_english_was_chosen(kept, language):
    assert language_of(kept) == language
