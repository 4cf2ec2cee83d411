"""Kills a program that keeps residents' data at random moments, and looks at what is there afterwards.

The program writes single rows and batches, erases, takes back who was erased, and rotates the keyring, one
after the other in random order. It says of each act when it begins, and when it is done. Then, 200 times:
nothing that was done is lost, nothing that was begun is half there, whoever was erased is gone, and the
access log, every row and the tombstones verify. With an address it is done in that PostgreSQL database, which
must be empty.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from timing import numbers, parser, table

from segmentation.errors import LedgerError
from segmentation.home import Home
from segmentation.ledger.access import AccessLog
from segmentation.ledger.personal.bulk import Bulk
from segmentation.ledger.personal.entries import Entry, micros
from segmentation.ledger.personal.opening import open_personal
from segmentation.ledger.personal.rotation import add_key, counts, retire, rewrap
from segmentation.ledger.personal.sealing import Batch
from segmentation.ledger.personal.tables import consents
from segmentation.ledger.personal.tombstones import Tombstones, tombstones_file
from segmentation.ledger.personal.verify import verify_personal
from segmentation.ledger.store import create_ledger, open_ledger
from segmentation.vault import Keyring
from segmentation.vault.source import open_file, write_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from segmentation.ledger.personal.opening import Personal
    from segmentation.ledger.store import Ledger

PASSPHRASE = "a passphrase of the keyring"  # noqa: S105 - of a keyring that lives as long as the run
CHEAP = {"iterations": 1, "lanes": 1, "memory_kib": 8}
PURPOSE, BY = "service_planning", "kills"
REFERENCES = [f"R-{at}" for at in range(40)]
BULK = 60
LONGEST = 0.15
"""Seconds after which the program is killed at the latest."""

Act = dict[str, Any]
"""What the program says before it acts: its kind, the residents, and what is told of them."""


@dataclass
class Found:
    """What was counted over all kills.

    Attributes
    ----------
    kills, accepted : int
        Programs that were killed, and acts that they were told are done.
    begun : int
        Acts in which they were killed.
    lost, half_done, unverified : int
        Kills after which something that was done was missing, something that was begun was half there, or a
        chain did not verify; none is what is wanted.
    """

    kills: int = 0
    accepted: int = 0
    begun: int = 0
    lost: int = 0
    half_done: int = 0
    unverified: int = 0
    kinds: dict[str, int] = field(default_factory=lambda: defaultdict(int))


@dataclass(frozen=True)
class Ground:
    """Where it is done.

    Attributes
    ----------
    url : str
        Of the ledger.
    home : Home
    """

    url: str
    home: Home

    @property
    def environ(self) -> dict[str, str]:
        """The settings of the program."""
        return {"SEGMENTATION_KEYRING_PASSPHRASE": PASSPHRASE}

    def personal(self, ledger: Ledger) -> Personal:
        """Open what is kept, as every program does."""
        return open_personal(ledger, self.home, datetime.now(UTC), self.environ)


def prepared(url: str, folder: Path) -> Ground:
    """Return a place with an empty ledger and a keyring."""
    ground = Ground(url, Home(folder))
    create_ledger(url).close()
    write_file(ground.home.keyring, Keyring.generate(datetime.now(UTC)), PASSPHRASE, cost=CHEAP)
    return ground


def killed(ground: Ground, kills: int, seed: int) -> Found:
    """Kill the program so many times, and return what was found.

    Parameters
    ----------
    ground : Ground
    kills : int
    seed : int
        Of the moments, and of what the program does.
    """
    chance, found = random.Random(seed), Found()  # noqa: S311 - no secret
    told: dict[str, list[str]] = defaultdict(list)
    for at in range(kills):
        done, open_ = _run(ground, seed + at, chance.uniform(0, LONGEST))
        found.kills += 1
        found.accepted += len(done)
        found.begun += open_ is not None
        for act in done:
            found.kinds[act["kind"]] += 1
            _believe(told, act)
        _judge(ground, told, open_, found)
    return found


def _run(ground: Ground, seed: int, seconds: float) -> tuple[list[Act], Act | None]:
    """Let the program run and kill it; return the acts that it was told are done, and the one it was in."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.close(read)
        try:
            _program(ground, random.Random(seed), write)  # noqa: S311 - no secret
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is told
            os.write(write, json.dumps({"failed": repr(error)}).encode() + b"\n")
        finally:
            os._exit(1)
    os.close(write)
    with os.fdopen(read, "rb") as said:
        first = said.readline()  # it has opened everything
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        lines = [json.loads(line) for line in (first + said.read()).splitlines()]
    if failed := [line["failed"] for line in lines if "failed" in line]:
        raise RuntimeError(failed[0])
    acts = [line for line in lines if "kind" in line]
    ended = sum("done" in line for line in lines)
    return acts[:ended], acts[ended] if ended < len(acts) else None


def _program(ground: Ground, chance: random.Random, out: int) -> None:
    """Act until the end, and say so."""
    with open_ledger(ground.url) as ledger:
        personal = ground.personal(ledger)
        os.write(out, b'{"opened": true}\n')
        kinds: list[tuple[str, Callable[[Act], None]]] = [
            ("write", lambda act: _write(personal, act)),
            ("bulk", lambda act: _bulk(personal, act)),
            ("erase", lambda act: _erase(personal, act)),
            ("rotate", lambda _: _rotate(ground, personal)),
        ]
        while True:
            (kind, do), *_ = chance.choices(kinds, (6, 2, 2, 1))
            some = {"write": 3, "bulk": BULK, "erase": 2}.get(kind, 0)
            names = (
                [f"B-{chance.random()}" for _ in range(some)]
                if kind == "bulk"
                else chance.sample(REFERENCES, some)
            )
            act = {"kind": kind, "names": names, "told": f"{chance.random()}"}
            os.write(out, json.dumps(act).encode() + b"\n")
            do(act)
            os.write(out, b'{"done": true}\n')


def _write(personal: Personal, act: Act) -> None:
    records, now = personal.records, datetime.now(UTC)
    subjects = [records.keyring.subject_of(name) for name in act["names"]]
    entries = [Entry(one, micros(now), act["told"].encode()) for one in subjects]
    records.append(consents, PURPOSE, entries, records.ensured(subjects, now), BY, now)


def _bulk(personal: Personal, act: Act) -> None:
    records, now = personal.records, datetime.now(UTC)
    subjects = [records.keyring.subject_of(name) for name in act["names"]]
    batch = Batch(subjects, [micros(now)] * len(subjects), [act["told"].encode()] * len(subjects))
    for _ in Bulk(records, consents, PURPOSE, BY, processes=0).write([batch], now):
        pass


def _erase(personal: Personal, act: Act) -> None:
    keyring = personal.records.keyring
    personal.erasures.erase([keyring.subject_of(name) for name in act["names"]], BY, datetime.now(UTC))


def _rotate(ground: Ground, personal: Personal) -> None:
    """Add a key, or go on with the rotation that was killed; then take the bare ones off."""
    records, path = personal.records, ground.home.keyring

    def keep(ring: Keyring) -> None:
        write_file(path, ring, PASSPHRASE, over=True, cost=CHEAP)

    if len(records.keyring.wrapping) == 1:
        add_key(records, keep, BY, datetime.now(UTC))
    for _ in rewrap(records, BY, lambda: datetime.now(UTC), 100):
        pass
    for key in records.keyring.wrapping[:-1]:
        retire(records, key.id, keep, BY, datetime.now(UTC))


def _believe(told: dict[str, list[str]], act: Act) -> None:
    """Note what must be there from now on."""
    for name in act["names"]:
        if act["kind"] == "erase":
            told.pop(name, None)
        else:
            told[name].append(act["told"])


def _judge(ground: Ground, told: dict[str, list[str]], open_: Act | None, found: Found) -> None:
    """Look at what is there, and believe of what was begun whichever it is: all or nothing."""
    with open_ledger(ground.url) as ledger:
        with ledger.writer("Not looked at"):
            pass  # a server may still be ending what the killed program asked for
        personal = ground.personal(ledger)
        there = {name: sorted(_there(personal, name)) for name in _names(told, open_)}
        before = {name: sorted(told.get(name, ())) for name in there}
        after = dict(before)
        if open_ is not None and open_["kind"] != "rotate":
            believed = defaultdict(list, {name: list(told.get(name, ())) for name in open_["names"]})
            _believe(believed, open_)
            after |= {name: sorted(believed.get(name, ())) for name in open_["names"]}
        if there not in (before, after):
            is_lost = any(there[name] not in (before[name], after[name]) for name in there)
            found.lost += is_lost
            found.half_done += not is_lost
        if there == after and open_ is not None and open_["kind"] != "rotate":
            _believe(told, open_)
        found.unverified += not _verifies(ground, ledger)


def _names(told: dict[str, list[str]], open_: Act | None) -> Iterator[str]:
    """Return whose rows are looked at: all who may come again, and some of the others."""
    others = [name for name in told if name.startswith("B-")]
    yield from {*REFERENCES, *others[-BULK:], *others[::97], *(open_["names"] if open_ else ())}


def _there(personal: Personal, name: str) -> list[str]:
    subject = personal.records.keyring.subject_of(name)
    return [row.content.decode() for row in personal.records.of(consents, PURPOSE, subject)]


def _verifies(ground: Ground, ledger: Ledger) -> bool:
    try:
        AccessLog(ledger).verify()
        verify_personal(ledger, Tombstones(tombstones_file(ground.home, {})))
    except LedgerError as error:
        print(error)
        return False
    ring = open_file(ground.home.keyring, PASSPHRASE)
    return set(counts(ledger)) <= {one.id for one in ring.wrapping}


def main() -> None:
    """Read the options, and kill."""
    options = parser(__doc__)
    options.add_argument("--kills", type=int, help="how many; 200 unless told")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--url", help="an empty PostgreSQL database, instead of a SQLite file")
    given = options.parse_args()
    kills = given.kills or (20 if given.quick else 1000 if given.full else 200)
    with TemporaryDirectory() as folder:
        ground = prepared(given.url or f"sqlite:///{folder}/ledger.db", Path(folder))
        found = killed(ground, kills, given.seed)
    table(("act", "done"), [(kind, f"{count:,}") for kind, count in sorted(found.kinds.items())])
    numbers(
        kills=found.kills,
        accepted=found.accepted,
        killed_within=found.begun,
        lost=found.lost,
        half_done=found.half_done,
        unverified=found.unverified,
    )
    sys.exit(bool(found.lost + found.half_done + found.unverified))


if __name__ == "__main__":
    main()
