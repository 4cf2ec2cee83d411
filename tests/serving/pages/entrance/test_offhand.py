"""What strangers are answered at once, and what a page must be written for."""

import gzip

import pytest

from serving.calls import Refused
from serving.pages import paths, static
from serving.pages.entrance.attended import Asked
from serving.pages.entrance.offhand import offhand


def asked(path, query=b"", method="GET", refused=None, **headers):
    place = paths.place_of(path)
    here = f"{path}?{query.decode()}" if query else path
    told = {name.replace("_", "-").encode(): value for name, value in headers.items()}
    return Asked(place.routes[method], place.path, here, query, told, {}, refused=refused)


def headers(found):
    return dict(found.reply.headers)


@pytest.mark.parametrize("root", ["", "/segments"])
def test_a_stranger_is_sent_to_sign_in_and_is_no_access_event(root):
    found = offhand(asked("/review/versions/3", b"section=audit"), root, is_known=False)
    assert found.reply.status == 303
    to = f"{root}/review/sign-in?next=%2Freview%2Fversions%2F3%3Fsection%3Daudit"
    assert headers(found)[b"location"] == to.encode()
    assert (found.person, found.is_recorded) == ("", False)
    home = offhand(asked("/"), root, is_known=False)
    assert headers(home)[b"location"] == f"{root}/review".encode()


@pytest.mark.parametrize("path", ["/review/sign-in", "/review/language"])
def test_a_page_for_everybody_is_written(path):
    assert offhand(asked(path), "", is_known=False) is None


@pytest.mark.parametrize("path", ["/", "/review", "/review/versions/3"])
def test_who_has_a_session_is_attended_to(path):
    assert offhand(asked(path), "", is_known=True) is None


def test_a_form_and_what_was_refused_are_told_on_a_page():
    assert offhand(asked("/review/versions/3/revoke", method="POST"), "", is_known=False) is None
    no = Refused("wrong-method", "")
    assert offhand(asked("/review", refused=no), "", is_known=False) is None


@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize("name", static.FILES)
def test_a_file_comes_as_it_is_or_packed_and_not_again_to_who_has_it(name, is_known):
    body, digest = static.read(name)
    path = f"/review/static/{name}"
    found = offhand(asked(path), "", is_known=is_known)
    assert (found.reply.status, found.reply.body, found.is_recorded) == (200, body, False)
    assert headers(found)[b"cache-control"] == b"no-cache"
    packed = offhand(asked(path, accept_encoding=b"gzip"), "", is_known=is_known)
    is_packed = headers(packed).get(b"content-encoding") == b"gzip"
    assert (gzip.decompress(packed.reply.body) if is_packed else packed.reply.body) == body
    lasting = offhand(asked(path, f"v={digest}".encode()), "", is_known=is_known)
    assert b"immutable" in headers(lasting)[b"cache-control"]
    etag = headers(found)[b"etag"]
    assert offhand(asked(path, if_none_match=etag), "", is_known=is_known).reply.status == 304


@pytest.mark.parametrize(
    ("path", "query"), [("/review/static/door.py", b""), ("/review/static/pages.css", b"v=%FF")]
)
def test_a_file_that_there_is_not_and_an_odd_question_are_told_on_a_page(path, query):
    assert offhand(asked(path, query), "", is_known=False) is None
