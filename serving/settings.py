"""What the service is told when it starts; nothing is read from the environment later."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from segmentation.ledger.trust import Trust


@dataclass(frozen=True)
class Settings:
    """How one model is served.

    Attributes
    ----------
    model : str
        Name of the model; the service has no other.
    trust : Trust
        The ledger, the pinned root key, the witness and the place of bundles.
    spool : Path
        Folder in which access events wait for the ledger.
    host, port : str, int
        Where it listens; port 0 takes a free one.
    workers : int
        Processes that share the port.
    certificate, private_key : Path or None
        PEM files for TLS.
    root_path : str
        Prefix that a proxy in front takes off.
    proxies : tuple of str
        Addresses and networks of proxies that do TLS: nobody else may connect, but from this machine.
    interval : float
        Seconds between two looks at the ledger and the published bundle.
    grace : float
        Seconds for which the last look still counts where the ledger cannot be reached; then it fails closed.
    most_rows, most_explained : int
        Residents in one request to predict, and to explain.
    most_bytes : int
        Of a request's body.
    patience : float
        Seconds that a client may take to send a request.
    backlog : int
        Requests that one worker has in hand at most, and one key a fourth of them (`room.Room`); further ones
        are asked to come back.
    home : Path or None
        Where the keys of people rest: they sign in and decide by pages of this service; None for no pages.
    idle, longest : float
        Seconds after which a session of the pages ends: without a request, and however much is asked.
    vault : Path or None
        The home whose keyring opens what is kept of residents; None for a service that keeps nothing of them.
        The secret itself stands in no setting: each worker takes it from the file or its environment.
    residents_an_hour : int
        Residents that one key may ask about in an hour, where they are named.
    answer_days : int
        Days in which a resident's request is answered.
    run : str
        Names this run of the service: the same in all its workers, another after a new start.
    """

    model: str
    trust: Trust = field(repr=False)
    spool: Path
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    certificate: Path | None = None
    private_key: Path | None = None
    root_path: str = ""
    proxies: tuple[str, ...] = ()
    interval: float = 0.5
    grace: float = 30.0
    most_rows: int = 10_000
    most_explained: int = 1_000
    most_bytes: int = 16 * 2**20
    patience: float = 15.0
    backlog: int = 1_000
    home: Path | None = None
    idle: float = 1_800.0
    longest: float = 36_000.0
    vault: Path | None = None
    residents_an_hour: int = 600
    answer_days: int = 30
    run: str = "run"

    @property
    def is_tls(self) -> bool:
        """Whether browsers reach the service by TLS: its own, or that of a proxy before it."""
        return self.certificate is not None or bool(self.proxies)
