"""What is signed: the start of a ledger, people, decisions, and the adoption of a policy.

Each record is canonical JSON when it is signed (`signing.canonical`), names the key that signs it, and names
the head of the ledger that its signer had before them (`previous`): who signs witnesses everything up to
there.
"""

# No `from __future__ import annotations`: pydantic reads these.
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, Self
from unicodedata import category, normalize

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from segmentation.errors import LedgerError
from segmentation.signing import Signed
from segmentation.signing.canonical import DIGEST

Role = Literal["trainer", "compliance", "business", "administrator", "monitor"]
"""What a person may do: submit | approve for the law | approve for the business | keep people | suspend."""
Action = Literal["submit", "approve", "request_changes", "reject", "revoke", "suspend", "resume"]
Verdict = Literal["kept", "broken", "undetermined"]
REVIEWERS: tuple[Role, ...] = ("compliance", "business")
"""The two roles that must both sign."""

LONGEST_REVIEW = 3650
"""Days between two reviews: ten years, so that no day that follows from it is beyond the calendar."""
LONGEST_TEXT = 4_000
"""Letters of what a person wrote: a reason, a condition, a remark."""
HIGHEST = 2**31 - 1
"""Of a number: what every database keeps as an integer."""


def _plain(text: str) -> str:
    """Refuse control and format letters: they move a terminal's cursor, or turn the order of what is read."""
    if not text.isprintable() and any(category(letter) in {"Cc", "Cf"} and letter != "\n" for letter in text):
        message = (
            "control and format letters (tabs, escapes, invisible letters) are not signed; leave them out"
        )
        raise ValueError(message)
    return text


Digest = Annotated[str, Field(pattern=DIGEST)]
Key = Annotated[str, Field(pattern=r"^ed25519:[A-Za-z0-9+/]{43}=$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
"""Of a model."""
# A pattern that counts letters of any script takes megabytes; a length beside it takes none.
Who = Annotated[str, Field(pattern=r"^[\w][\w .@-]*$", max_length=63), AfterValidator(_plain)]
"""Of a person: letters of any script, digits, spaces, dots, at signs and hyphens."""
Words = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT), AfterValidator(_plain)]
"""What a person wrote, or a program wrote for one: lines of letters, nothing that a terminal obeys."""


def likeness(name: str) -> str:
    """Return what two names share that a reader, or a file system, would take for one."""
    return " ".join(normalize("NFKC", name).casefold().split())


class Record(BaseModel):
    """Base of what is signed: frozen, and with no fields beyond its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)
    CALLED: ClassVar[str] = ""
    """What messages call it, where that is not the name of the class."""

    def content(self) -> dict[str, Any]:
        """Return it as plain data, as it is signed."""
        return self.model_dump(mode="json")

    @classmethod
    def of(cls, signed: Signed) -> Self:
        """Read what was signed; the signature is not checked here.

        Raises
        ------
        LedgerError
            The document is not such a record.
        """
        try:
            return cls.model_validate_json(signed.document)
        except ValidationError as error:
            where = (
                ".".join(map(str, error.errors(include_input=False, include_url=False)[0]["loc"]))
                or "document"
            )
            raise LedgerError(
                f"A {cls.CALLED or f'{cls.__name__.lower()} record'} cannot be read: {where} is not what "
                "this version writes there."
            ) from None


class Start(Record):
    """The first record of a ledger, signed by the root key."""

    type: Literal["start/1"] = "start/1"
    ledger: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", description="Random; tells two ledgers apart.")]
    root: Key
    at: AwareDatetime


class Person(Record):
    """Who may sign, as of this record; signed by the root key. The one with the highest serial counts.

    No roles means that the person may sign nothing any more.
    """

    type: Literal["person/1"] = "person/1"
    ledger: str
    name: Who
    roles: tuple[Role, ...]
    key: Key
    training_until: date | None = Field(description="Last day on which their training counts.")
    serial: int = Field(
        ge=1, le=HIGHEST, description="1 for the first record of this name, then one more each time."
    )
    at: AwareDatetime
    previous: Digest


class Digests(Record):
    """Fingerprints of everything that a decision is about.

    `bundle` is of the manifest, which names the digest of every file; `model` of the model files by name
    (``scorer.json`` always among them); `policy` and `data` are the digests of their content, as the card has
    them.
    """

    policy: Digest
    data: Digest
    model: dict[Words, Digest] = Field(min_length=1)
    audit: Digest
    card: Digest
    impact: Digest
    bundle: Digest


class Waiver(Record):
    """One finding that a reviewer lets pass, why, and until when (that day included)."""

    finding: Words
    reason: Words
    expires: date


class Decision(Record):
    """What one person decided about one version, signed by their own key.

    Attributes
    ----------
    action : {"submit", "approve", "request_changes", "reject", "revoke", "suspend", "resume"}
    model, version : str, int
    digests : Digests
        Of the version; the same in every decision about one submission.
    verdict : {"kept", "broken", "undetermined"}
    blocking : tuple of str
        Keys of the findings that each need a waiver, as `reviews.waivers` writes them, sorted.
    catalogue : str
        Digest of the catalogue of law that the deciding program had.
    limits : str
        Digest of the policy's audit limits.
    review_days : int
        The policy's review period: the longest that an approval may last.
    trained_by : tuple of str
        Names; told by the submission, repeated by those who follow.
    waivers : tuple of Waiver
        Of an approval.
    by, key, role : str
    reason : str
    conditions : tuple of str
    valid_until : date or None
        Last day of an approval.
    at : datetime
    previous : str
        Digest of the ledger's head that the signer saw.
    """

    type: Literal["decision/1"] = "decision/1"
    ledger: str
    action: Action
    model: Name
    version: int = Field(ge=1, le=HIGHEST)
    digests: Digests
    verdict: Verdict
    blocking: tuple[Words, ...]
    catalogue: Digest
    limits: Digest
    review_days: int = Field(ge=1, le=LONGEST_REVIEW)
    trained_by: tuple[Who, ...] = Field(min_length=1)
    waivers: tuple[Waiver, ...] = ()
    by: Who
    key: Key
    role: Role
    reason: Words
    conditions: tuple[Words, ...] = ()
    valid_until: date | None = None
    at: AwareDatetime
    previous: Digest


class Adoption(Record):
    """A policy comes into force for a model: approvals that rest on another one are reopened."""

    type: Literal["adoption/1"] = "adoption/1"
    ledger: str
    model: Name
    policy: Digest
    limits: Digest
    by: Who
    key: Key
    role: Role
    reason: Words
    at: AwareDatetime
    previous: Digest
