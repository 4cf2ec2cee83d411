"""What every answer says of itself."""

import uuid

from serving.calls import Reply
from serving.sending import SECURITY
from tests.serving.asgi import JSON, desk, route


def test_every_answer_has_the_headers_of_a_careful_service():
    here = desk()
    answers = [
        here.predict(),
        here.predict(b"", JSON),
        here.ask("GET", "/nowhere"),
        here.ask("PUT", "/nowhere"),
    ]
    for found in answers:
        assert uuid.UUID(found.headers["x-request-id"])
        assert found.headers.items() >= {name.decode(): value.decode() for name, value in SECURITY}.items()
        assert int(found.headers["content-length"]) == len(found.body)


def test_a_handlers_own_header_takes_the_place_of_the_services():
    own = ((b"cache-control", b"max-age=60"), (b"etag", b'"1"'))

    def handler(call, state):
        return Reply(b"", headers=own)

    found = desk(route(handler)).predict()
    assert (found.headers["cache-control"], found.headers["etag"]) == ("max-age=60", '"1"')
    assert found.headers["x-content-type-options"] == "nosniff"
