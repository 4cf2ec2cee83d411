"""`Frame`: what stands around the results of every answer of one version, encoded once.

An answer names the model, the version and the decision that it rests on, and each segment's name and plan:
the same bytes for all residents. Only where each resident is has to be encoded anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from segmentation.answers import Segment
    from segmentation.approved import Approved


@dataclass(frozen=True, eq=False)
class Frame:
    """The bytes of an answer but for its results.

    Attributes
    ----------
    opening : bytes
        Up to the segments.
    named : tuple of bytes
        Each segment with its name and plan, in the order of the scorer.
    alone : tuple of bytes
        Up to the first result where a segment is the only one that occurs.
    """

    opening: bytes
    named: tuple[bytes, ...]
    alone: tuple[bytes, ...]

    def around(self, results: bytes, occurring: Iterable[int], unused: tuple[str, ...] = ()) -> bytes:
        """Return an answer: `segmentation.answers.Prediction` or `Explanation`.

        Parameters
        ----------
        results : bytes
            A JSON array.
        occurring : iterable of int
            Places in the scorer's segments of those that the results name, each once.
        unused : tuple of str
            What was sent and is not read.
        """
        told = b",".join([self.named[at] for at in sorted(occurring)])
        return b"%b%b}%b%b%b" % (self.opening, told, _RESULTS, results, _end(unused))

    def around_one(self, result: bytes, at: int, unused: tuple[str, ...] = ()) -> bytes:
        """Return an answer with one result, in which one segment occurs."""
        return b"%b%b]%b" % (self.alone[at], result, _end(unused))


_RESULTS = b',"results":'


def _end(unused: tuple[str, ...]) -> bytes:
    return b',"unused":%b}' % msgspec.json.encode(unused) if unused else b"}"


def frame_of(approved: Approved, segments: Mapping[str, Segment]) -> Frame:
    """Return the frame of a version's answers.

    Parameters
    ----------
    approved : Approved
    segments : mapping of str to Segment
        In the order of the scorer.
    """
    head = {"model": approved.name, "version": approved.version, "decision": approved.decision}
    opening = msgspec.json.encode(head)[:-1] + b',"segments":{'
    named = tuple(
        msgspec.json.encode(name) + b":" + msgspec.json.encode(segment) for name, segment in segments.items()
    )
    return Frame(opening, named, tuple(b"%b%b}%b[" % (opening, told, _RESULTS) for told in named))
