"""The document says what the service does: its routes, types and problems, and exactly the active needs."""

import json
from dataclasses import replace

import jsonschema
import msgspec
import pytest

from segmentation.approved import approved_of
from segmentation.policy.catalogue import load_catalogue
from serving.document import document_of
from serving.operations import OPERATIONS, PAGES
from serving.problems import PROBLEMS
from serving.routes import all_routes
from serving.served import served_of
from tests.serving import made

REFUSED_ALONE = {"not-found", "wrong-method"}
"""Problems of addresses and methods that are not in the document."""


@pytest.fixture(scope="module")
def served(begun_office):
    with begun_office.book() as book:
        history = book.history()
    now = begun_office.clock()
    return served_of(approved_of(history, begun_office.trust, made.MODEL, now, load_catalogue().digest))


@pytest.fixture(scope="module")
def settings(begun_office):
    return begun_office.settings()


@pytest.fixture(scope="module")
def document(served, settings):
    return document_of(all_routes(), served, settings)


@pytest.fixture(scope="module")
def bare(settings):
    return document_of(all_routes(), None, settings)


def operations(document):
    return {one["operationId"]: one for methods in document["paths"].values() for one in methods.values()}


def resolved(document, part):
    """What a reference leads to; the part itself where it is none."""
    while "$ref" in part:
        found = document
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


def references(part):
    if isinstance(part, dict):
        if "$ref" in part:
            yield part
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def check(document, schema, value):
    """Hold a value to a schema of the document."""
    whole = {**schema, "components": document["components"]}
    jsonschema.Draft202012Validator(whole, format_checker=jsonschema.FormatChecker()).validate(value)


# ---- Its form ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["document", "bare"])
def test_the_document_is_one_of_openapi_3_1(kind, request):
    definitions = pytest.importorskip("schemathesis.specs.openapi.definitions")
    document = request.getfixturevalue(kind)

    jsonschema.Draft202012Validator(definitions.OPENAPI_31).validate(document)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(definitions.OPENAPI_31).validate(document | {"paths": []})


@pytest.mark.parametrize("kind", ["document", "bare"])
def test_every_schema_is_one_and_every_reference_leads_somewhere(kind, request):
    document = request.getfixturevalue(kind)

    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    assert [part for part in references(document) if not resolved(document, part)] == []


# ---- Its routes --------------------------------------------------------------------------------------


def test_every_route_but_the_pages_is_in_the_document_and_no_other(document):
    told = {
        (one["operationId"], path, method.upper())
        for path, methods in document["paths"].items()
        for method, one in methods.items()
    }

    assert told == {(one.name, one.path, one.method) for one in all_routes() if one.name not in PAGES}
    assert {one.name for one in all_routes()} <= OPERATIONS.keys() | PAGES


@pytest.mark.parametrize("route", all_routes(), ids=lambda route: route.name)
def test_an_operation_tells_its_scope_in_words_and_for_programs(document, route):
    if route.name in PAGES:
        return
    told = operations(document)[route.name]

    scopes = {scope for one in told["security"] for scopes in one.values() for scope in scopes}
    assert scopes == ({route.scope} if route.scope else set())
    assert (f"`{route.scope}`" in told["description"]) == bool(route.scope)
    assert told["summary"].splitlines() == [route.summary.en, route.summary.zh]


def test_a_route_without_a_key_is_refused_for_no_key(document):
    told = operations(document)

    assert {"401", "403", "429"} <= told["model"]["responses"].keys()
    assert not {"401", "403", "429"} & told["readyz"]["responses"].keys()
    assert {"415", "422"} <= told["predict"]["responses"].keys()
    assert not {"415", "422"} & told["model"]["responses"].keys()


def test_every_problem_of_the_service_is_some_answer_with_an_example_of_it(document):
    told = {}
    for response in document["components"]["responses"].values():
        for slug, example in response["content"]["application/problem+json"]["examples"].items():
            told[slug] = example["value"]

    assert told.keys() == PROBLEMS.keys() - REFUSED_ALONE
    for slug, example in told.items():
        assert example["status"] == PROBLEMS[slug].status
        assert example["type"].endswith(slug)
        check(document, {"$ref": "#/components/schemas/Problem"}, example)


def test_answers_have_their_headers(document):
    for name, operation in operations(document).items():
        for status, response in operation["responses"].items():
            headers = resolved(document, response)["headers"].keys()
            assert "X-Request-Id" in headers, (name, status)
            assert ("WWW-Authenticate" in headers) == (status == "401")
            assert ("Retry-After" in headers) == (status in {"429", "503"})
    assert "ETag" in operations(document)["card"]["responses"]["200"]["headers"]


@pytest.mark.parametrize("name", [name for name, one in OPERATIONS.items() if one.example is not None])
def test_an_example_of_an_answer_is_one(document, name):
    if name not in operations(document):
        return
    content = operations(document)[name]["responses"]["200"]["content"]["application/json"]

    check(document, content["schema"], content["example"])


# ---- Its needs ---------------------------------------------------------------------------------------


def test_the_document_lists_exactly_the_needs_of_the_active_versions_policy(document, served):
    names = list(served.needs.policy.features)

    assert list(document["components"]["schemas"]["Resident"]["properties"]) == names
    assert list(document["components"]["schemas"]["Columns"]["properties"]) == names


def test_what_the_active_version_does_not_read_may_be_sent_and_the_document_says_that_it_need_not(
    served, settings
):
    scorer = made.scorer()
    less = replace(scorer, numbers=tuple(one for one in scorer.numbers if one.name != made.REQUIRED))
    narrow = served_of(replace(served.approved, scorer=less))
    resident = document_of(all_routes(), narrow, settings)["components"]["schemas"]["Resident"]

    assert resident["properties"].keys() == set(served.needs.policy.features)
    assert "This version does not read it" in json.dumps(resident["properties"][made.REQUIRED])
    assert made.REQUIRED not in resident.get("required", ())


def test_without_a_version_there_are_no_needs_and_the_document_says_so(bare, served):
    assert "no needs are listed" in bare["info"]["description"]
    assert "也不列出任何需求" in bare["info"]["description"]
    text = json.dumps(bare)
    assert [name for name in served.needs.policy.features if f'"{name}"' in text] == []
    assert operations(bare).keys() == {one.name for one in all_routes() if one.name not in PAGES}


@pytest.mark.parametrize("name", ["predict", "explain", "invocations"])
def test_examples_of_requests_hold_two_residents_and_fit_their_schema(document, served, name):
    content = operations(document)[name]["requestBody"]["content"]["application/json"]

    assert {"en", "zh"} <= content["examples"].keys()
    for example in content["examples"].values():
        check(document, content["schema"], example["value"])
        if name != "invocations":
            assert served.needs.read(msgspec.json.encode(example["value"]), 2).rows == 2


@pytest.mark.parametrize(
    "body",
    [
        {"residents": []},
        {"residents": [{"ethnicity": "x"}]},
        {"columns": {}},
        {"residents": [{made.REQUIRED: 1}], "columns": {made.REQUIRED: [1]}},
        {"residents": [{made.REQUIRED: -1}]},
        {"residents": [{}]},
    ],
    ids=["nobody", "unknown field", "no columns", "both forms", "out of range", "required need missing"],
)
def test_the_schema_refuses_what_the_service_refuses(document, served, body):
    from serving.calls import Refused

    content = operations(document)["predict"]["requestBody"]["content"]["application/json"]

    with pytest.raises(jsonschema.ValidationError):
        check(document, content["schema"], body)
    with pytest.raises(Refused):
        served.needs.read(msgspec.json.encode(body), 10)


def test_the_document_follows_the_limits_and_the_prefix_of_the_settings(served, settings):
    other = document_of(
        all_routes(), served, replace(settings, most_rows=7, most_explained=3, root_path="/a")
    )

    assert other["components"]["schemas"]["ResidentsByRow"]["properties"]["residents"]["maxItems"] == 7
    assert (
        other["components"]["schemas"]["ResidentsByRowToExplain"]["properties"]["residents"]["maxItems"] == 3
    )
    assert other["servers"] == [{"url": "/a"}]


def test_nothing_of_the_version_but_its_needs_is_told_without_a_key(document, served):
    text = json.dumps(document, ensure_ascii=False)

    assert served.approved.decision not in text
    assert [one.name.en for one in served.segments.values() if one.name.en in text] == []


def test_a_document_is_made_once_for_a_version(served, settings):
    from serving.document import _encoded, _limits

    limits = _limits(settings)
    assert _encoded(all_routes(), served, limits) is _encoded(all_routes(), served, limits)
    assert _encoded(all_routes(), served, limits) is not _encoded(all_routes(), None, limits)
