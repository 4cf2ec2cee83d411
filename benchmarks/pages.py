"""Time on the server of every page, with 50 versions; bytes of a first load; from a revocation to the 503.

The service runs as `segmentation serve` starts it, in a process of its own, over a ledger in SQLite and real
bundles with the card of the demo's model (14 needs, 5 protected attributes), with residents who were placed
and asked for something. Every page of the table is asked for over one kept connection, compressed, signed in,
in both languages: its time is from the request to the last byte, median of 20; "first" is the first time that
this service wrote it. Nothing is compared with a peer, because none has such pages; what is held is
the issue's own limit. Run it with no argument (50 versions), --quick (8 versions) or --full (more rounds).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import httpx
from peers.reviewed import BUSINESS, COMPLIANCE, MADE_UP, PASSPHRASE, Reviewed, reviewed
from peers.visitor import LONGEST, Visitor
from timing import arguments, numbers, table

from segmentation.ledger.trust import ROOT_FILE
from segmentation.vault import Keyring
from serving.pages.table import address, all_pages

if TYPE_CHECKING:
    from collections.abc import Iterator

LANGUAGES = ("zh", "en")
LIMIT_MS, LIMIT_KB = 200, 300
"""What the pages are held to."""
NO_PAGES = frozenset({"home", "sign_in", "language", "static", "whose", "dossier"})
"""What leads on to another page, is there for who is not signed in, or is a file that is made or kept."""
RESIDENTS = 20
"""Whose pages are asked for in turns: who looked at one is told on it."""


@dataclass(frozen=True)
class Effort:
    """How much is made and measured."""

    versions: int
    residents: int
    rounds: int


@dataclass
class Timed:
    """A page in a language: seconds each time, and bytes as they came over the wire."""

    name: str
    language: str
    first: float
    warm: list[float] = field(default_factory=list)
    wire: int = 0
    whole: int = 0
    status: int = 200


def main() -> None:
    """Measure and print."""
    asked = arguments(__doc__)
    effort = Effort(8, 3_000, 5) if asked.quick else Effort(50, 8_000, 60 if asked.full else 20)
    with tempfile.TemporaryDirectory() as place:
        start = time.perf_counter()
        office = reviewed(Path(place) / "home", effort.versions, effort.residents)
        print(
            f"{office.versions} versions, {office.events} events, {office.findings} findings on a card; made "
            f"in {time.perf_counter() - start:.0f} s; load averages {os.getloadavg()}"
        )
        keyring = Keyring.generate(datetime.now(UTC))
        with served(office, keyring, Path(place) / "log") as base:
            pages = Pages(office, tuple(placed(base, office, keyring)))
            visitor = Visitor(base)
            signing_in = visitor.sign_in(COMPLIANCE)
            found = [one for language in LANGUAGES for one in timed(visitor, pages, language, effort.rounds)]
            loads = first_loads(visitor, pages)
            revoked, answered = revocation(base, office)
    report(found, loads)
    print(f"Signing in, with a key file as it is sealed by default: {signing_in * 1_000:.0f} ms")
    print(f"Revoked in the browser: first 503 {revoked:.2f} s after the signature was sent")
    names = {one.name for one in found}
    numbers(
        **{f"page_{name}_ms": 1_000 * max(median(o.warm) for o in found if o.name == name) for name in names},
        page_slowest_ms=1_000 * max(median(one.warm) for one in found),
        page_slowest_first_ms=1_000 * max(one.first for one in found),
        pages_over_limit=sum(median(one.warm) * 1_000 > LIMIT_MS for one in found),
        pages_not_shown=sum(one.status != 200 for one in found),
        first_load_kb=max(loads.values()) / 1_000,
        sign_in_ms=signing_in * 1_000,
        revoked_to_503_s=revoked,
        revoked_answered_to_503_s=answered,
        versions=office.versions,
    )


# ---- The service -------------------------------------------------------------------------------------


@contextmanager
def served(office: Reviewed, keyring: Keyring, log: Path) -> Iterator[str]:
    """Serve an office by the command, and give its address."""
    words = ("serve", "--model", office.model, "--home", str(office.home), "--port", "0")
    words += ("--residents-an-hour", "1000000")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SEGMENTATION_")}
    clean["SEGMENTATION_KEYRING"] = keyring.to_text()
    clean["SEGMENTATION_ROOT_KEY"] = (office.home / "keys" / ROOT_FILE).read_text(encoding="utf-8")
    command = [sys.executable, "-c", "from segmentation.cli import main; main()", *words]
    with (
        log.open("w") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=clean) as process,
    ):
        try:
            said = process.stdout.readline() if process.stdout else ""
            address_of = re.search(r"https?://[^\s,]+", said)
            if address_of is None:
                raise SystemExit(f"The service did not start: {log.read_text()}")
            yield address_of.group()
        finally:
            process.terminate()
            process.wait(LONGEST)


# ---- What is measured --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pages:
    """Where every page is.

    Attributes
    ----------
    office : Reviewed
    residents : tuple of dict
        What stands in the addresses of pages about one: their pseudonym, and a request of theirs.
    """

    office: Reviewed
    residents: tuple[dict[str, str], ...]

    def at(self, number: int) -> dict[str, str]:
        """Return the address of every page, by a name of it; the number says about whom."""
        office, about = self.office, self.residents[number % len(self.residents)]
        found = {
            page.name: page.path.format_map({"version": office.waiting} | about)
            for page in all_pages()
            if page.method == "GET" and page.name not in NO_PAGES
        }
        both = {"before": office.active, "after": office.waiting}
        return found | {
            "version_active": address("version", version=office.active),
            "compare": address("compare", query=both),
            "revoke": address("revoke", version=office.active),
            "suspend": address("suspend", version=office.active),
        }


def placed(base: str, office: Reviewed, keyring: Keyring) -> Iterator[dict[str, str]]:
    """Let residents consent, place them, and let each ask for something; yield where their pages are."""
    headers = {"Authorization": f"Bearer {office.key}"}
    given = {"purpose": office.purpose, "event_state": "given", "privacy_notice": office.notice}
    told: tuple[tuple[str, dict[str, Any]], ...] = (
        ("consents", given),
        ("segment", {"residents": [office.resident]}),
        ("requests", {"right": "access", "text": MADE_UP, "channel": "app", "language": "zh"}),
    )
    with httpx.Client(base_url=base, headers=headers, timeout=LONGEST) as client:
        for number in range(RESIDENTS):
            reference = f"R-{number}"
            for path, body in told:
                answer = client.post(f"/v1/residents/{reference}/{path}", json=body).raise_for_status()
            yield {"subject": keyring.subject_of(reference).hex(), "request": answer.json()["id"]}


def timed(visitor: Visitor, pages: Pages, language: str, rounds: int) -> list[Timed]:
    """Ask for every page once, and then in turns."""
    visitor.speak(language)
    found = []
    for name, path in pages.at(0).items():
        seconds, response = visitor.get(path)
        wire = response.num_bytes_downloaded
        found.append(Timed(name, language, seconds, [], wire, len(response.content), response.status_code))
    for number in range(rounds):
        at = pages.at(number)
        for one in found:
            one.warm.append(visitor.get(at[one.name])[0])
    return found


def first_loads(visitor: Visitor, pages: Pages) -> dict[str, int]:
    """Return the bytes that a browser without a cache takes for a page and all that it names."""
    loads = {}
    for name in ("start", "version", "resident"):
        _, page = visitor.get(pages.at(0)[name])
        named = re.findall(r'<link [^>]*href="([^"]+)"|<img [^>]*src="([^"]+)"', page.text)
        parts = [page, *(visitor.get(one or other)[1] for one, other in named)]
        loads[name] = sum(one.num_bytes_downloaded + len(str(one.headers)) for one in parts)
    return loads


def revocation(base: str, office: Reviewed) -> tuple[float, float]:
    """Revoke the version in service as another person; return seconds from sending and from the answer."""
    visitor, caller = Visitor(base), httpx.Client(base_url=base, timeout=LONGEST)
    visitor.sign_in(BUSINESS)
    path = address("revoke", version=office.active)
    shown = visitor.send(visitor.get(path)[1], path, reason=MADE_UP, step="preview")

    def status() -> int:
        body: dict[str, Any] = {"residents": [office.resident]}
        told = {"Authorization": f"Bearer {office.key}"}
        return caller.post("/v1/segments:predict", json=body, headers=told).status_code

    if status() != 200:
        raise SystemExit("The version in service does not answer.")
    start = time.perf_counter()
    answer = visitor.send(shown, path, passphrase=PASSPHRASE, step="sign")
    answered = time.perf_counter()
    if not answer.is_redirect:
        raise SystemExit(f"Not revoked: {answer.status_code}")
    while status() != 503 and time.perf_counter() - start < LONGEST:
        time.sleep(0.01)
    end = time.perf_counter()
    return end - start, end - answered


def report(found: list[Timed], loads: dict[str, int]) -> None:
    """Print the table."""
    head = ("page", "language", "first ms", "median ms", "slowest ms", "kB sent", "kB whole")
    table(
        head,
        [
            (
                one.name,
                one.language,
                f"{one.first * 1_000:.0f}",
                f"{median(one.warm) * 1_000:.0f}",
                f"{max(one.warm) * 1_000:.0f}",
                f"{one.wire / 1_000:.0f}",
                f"{one.whole / 1_000:.0f}",
            )
            for one in found
        ],
    )
    told = ", ".join(f"{name} {size / 1_000:.0f} kB" for name, size in loads.items())
    print(f"First load, all that a browser takes: {told} (at most {LIMIT_KB} kB)")


if __name__ == "__main__":
    main()
