"""What was heard of a request: a typed answer, or one typed error that says what to do.

The service's own words are passed on only where the answer is one of its problem documents: those hold no
value of a resident. What a proxy or a stranger answers may hold anything, also what was sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import httpx
import msgspec

from segmentation.answers import Problem
from segmentation.client.sent import told
from segmentation.errors import (
    AnswerError,
    ClientError,
    Fault,
    NoAnswerError,
    NotAllowedError,
    NotServedError,
    OverloadedError,
    RefusedError,
)

if TYPE_CHECKING:
    from segmentation.answers import Fault as Wrong
    from segmentation.answers import Texts

Heard = httpx.Response | httpx.TransportError
T = TypeVar("T")

TYPE = "urn:segmentation:problem:"
INDEX = re.compile(r"(/residents/|/columns/[^/]*/)(\d+)")
"""In a JSON pointer, up to the place of a resident."""
KINDS: dict[int, type[ClientError]] = {
    **dict.fromkeys((400, 408, 409, 410, 413, 415, 422), RefusedError),
    **dict.fromkeys((401, 403), NotAllowedError),
    429: OverloadedError,
    503: NotServedError,
    **dict.fromkeys((502, 504), NoAnswerError),
}
PLAINLY: dict[type[ClientError], str] = {
    RefusedError: "the request was refused, without a word of why",
    NotAllowedError: "the API key was refused; ask the one who issued it",
    OverloadedError: "too many requests; come back later, or ask for a key that allows more",
    NotServedError: "the service is not available now",
    NoAnswerError: "a proxy answers, and has no answer from the service",
    AnswerError: "the prediction API does not answer so; check the address, and the service's log",
}


@dataclass(frozen=True)
class SentFault(Fault):
    """One thing that the service found wrong with what was sent.

    Attributes
    ----------
    article : str or None
        The law that forbids the field or the value.
    reason : Texts or None
        What that law asks for, in both languages.
    """

    article: str | None = None
    reason: Texts | None = None

    def __str__(self) -> str:
        """Return the fault as one sentence, with the law that it comes from."""
        law = f" ({self.article})" if self.article else ""
        return f"{self.where}: {self.rule}{law}{'; ' + self.fix if self.fix else ''}."


def problem_of(response: httpx.Response) -> Problem | None:
    """Return the problem document that an answer is; None where it is none of this service."""
    try:
        problem = msgspec.json.decode(response.content, type=Problem)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return problem if problem.type.startswith(TYPE) else None


def slug_of(response: httpx.Response) -> str | None:
    """Return the name of the problem that an answer tells of."""
    problem = problem_of(response)
    return problem.type.removeprefix(TYPE) if problem else None


def answer_of(response: httpx.Response, kind: type[T], start: int = 0) -> T:
    """Return an answer as its type.

    Parameters
    ----------
    response : Response
    kind : type
        That the answer has where all went well.
    start : int
        Place of the first resident of this part, for the places that faults name.

    Raises
    ------
    ClientError
        As the status tells.
    """
    if response.status_code != httpx.codes.OK:
        raise error_of(response, start)
    try:
        return msgspec.json.decode(response.content, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        pass
    raise AnswerError(f"{PLAINLY[AnswerError].capitalize()}.", status=response.status_code)


def error_of(response: httpx.Response, start: int = 0) -> ClientError:
    """Return the error that an answer stands for; the parameters are those of `answer_of`."""
    kind, problem = KINDS.get(response.status_code, AnswerError), problem_of(response)
    if problem is None:
        text = f"The answer has status {response.status_code}: {PLAINLY[kind]}."
        return kind(text, status=response.status_code)
    slug = problem.type.removeprefix(TYPE)
    faults = [_fault(fault, start) for fault in problem.faults]
    text = (
        # The detail then says the first fault, and how many there are.
        told(problem.title, faults, problem.more) if faults else f"{problem.title}: {problem.detail}"
    )
    return (OverloadedError if slug == "busy" else kind)(
        text,
        faults,
        status=response.status_code,
        slug=slug,
        request=problem.instance.removeprefix("urn:uuid:"),
    )


def _fault(wrong: Wrong, start: int) -> SentFault:
    where = INDEX.sub(lambda found: f"{found[1]}{int(found[2]) + start}", wrong.pointer, count=1)
    return SentFault(where, wrong.rule, wrong.fix, wrong.article, wrong.reason)
