"""A ledger's head on a slip of paper: kept elsewhere, it shows later that the ledger is still the same."""

# No `from __future__ import annotations`: pydantic reads these.
from typing import TYPE_CHECKING, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from segmentation.errors import LedgerError
from segmentation.ledger.records import Digest
from segmentation.signing import canonical

if TYPE_CHECKING:
    from segmentation.ledger.history import History


class Checkpoint(BaseModel):
    """What a ledger was, up to one event.

    Attributes
    ----------
    ledger : str
        Its id.
    seq, digest : int, str
        Number and digest of the event; the digest covers every event before it.
    at : datetime
        Time of that event.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ledger: str = Field(pattern=r"^[0-9a-f]{32}$")
    seq: int = Field(ge=1)
    digest: Digest
    at: AwareDatetime

    def to_json(self) -> str:
        """Return it as canonical JSON (RFC 8785)."""
        return canonical(self.model_dump(mode="json")).decode()

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read a checkpoint.

        Raises
        ------
        LedgerError
            It is none.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            where = ".".join(map(str, error.errors(include_input=False, include_url=False)[0]["loc"]))
            raise LedgerError(
                f"The checkpoint cannot be read: {where or 'document'} is not what this version writes there."
            ) from None

    def check(self, history: "History") -> None:
        """Refuse a ledger that is not what it was.

        Raises
        ------
        LedgerError
            It is another ledger, it ends before this checkpoint, or something up to here was rewritten.
        """
        if history.ledger != self.ledger:
            raise LedgerError(
                "The checkpoint is of another ledger; take the one of this ledger, or restore that one."
            )
        if history.head.seq < self.seq:
            raise LedgerError(
                f"The ledger ends at event {history.head.seq}, and the checkpoint was made at event "
                f"{self.seq}: its end was cut off. Restore it from a backup."
            )
        if history.events[self.seq - 1].digest != self.digest:
            raise LedgerError(
                f"Event {self.seq} is not the one of the checkpoint: the ledger was rewritten at or before "
                "it. Restore it from a backup."
            )


def checkpoint_of(history: "History") -> Checkpoint:
    """Return the checkpoint of a history's head."""
    head = history.head
    return Checkpoint(ledger=history.ledger, seq=head.seq, digest=head.digest, at=head.at)
