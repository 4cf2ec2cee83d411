"""What schemathesis is told beside the document: its own program loads this by a name in its environment."""

import os

import schemathesis
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.openapi.checks import RejectedPositiveData

OPEN = {"/healthz", "/readyz", "/ping", "/version", "/openapi.json"}
"""Addresses that need no key."""
BEYOND = {"/invocations", "/v1/residents/{ref}/consents", "/v1/residents/{ref}/requests"}
"""Addresses whose bodies are held to more than JSON Schema can say, such as purposes that a policy states."""


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Leave aside requests of which JSON Schema cannot say whether they are sound."""
    if isinstance(failure, RejectedPositiveData):
        return not (is_ragged(case) or has_two_keys(case) or case.operation.path in BEYOND)
    if isinstance(failure, AcceptedNegativeData):
        return case.operation.path != "/invocations"
    return True


def has_two_keys(case):
    """Whether it brings a key in each of two headers, where OpenAPI can only say that either will do."""
    return {"authorization", "x-api-key"} <= {name.lower() for name in case.headers or {}}


def is_ragged(case):
    """Whether columns differ in length."""
    columns = case.body.get("columns") if isinstance(case.body, dict) else None
    if not isinstance(columns, dict):
        return False
    return len({len(one) for one in columns.values() if isinstance(one, list)}) > 1


@schemathesis.check
def a_key_is_needed(ctx, response, case):
    """Nothing but a refusal is answered to who has no key, except at addresses that are open to all."""
    if (
        os.environ["ATTACK"] == "without a key"
        and case.operation.path not in OPEN
        and case.method != "OPTIONS"
    ):
        assert response.status_code >= 400, "answered without a key"


@schemathesis.check
def a_refusal_is_a_problem_document(ctx, response, case):
    """Every refusal has the type, and the request's id in header and body."""
    if response.status_code >= 400 and case.method != "HEAD":
        assert response.headers["content-type"] == ["application/problem+json"]
        assert response.json()["instance"] == f"urn:uuid:{response.headers['x-request-id'][0]}"
