"""Time on the server of every page, with 50 versions; bytes of a first load; from a revocation to the 503.

The service runs as `segmentation serve` starts it, in a process of its own, over a ledger in SQLite and real
bundles with the card of the demo's model (14 needs, 5 protected attributes). A page is asked for over one
kept connection, compressed, signed in, in both languages: its time is from the request to the last byte,
median of 20; "first" is the first time that this service wrote it. Nothing is compared with a peer, because
none has such pages; what is held is the issue's own limit. Run it with no argument (50 versions), --quick
(8 versions) or --full (more rounds).
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
from html.parser import HTMLParser
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import httpx
from peers.reviewed import BUSINESS, COMPLIANCE, MADE_UP, PASSPHRASE, Reviewed, reviewed
from timing import arguments, numbers, table

from segmentation.ledger.trust import ROOT_FILE
from serving.pages.table import address

if TYPE_CHECKING:
    from collections.abc import Iterator

LANGUAGES = ("zh", "en")
LIMIT_MS, LIMIT_KB = 200, 300
"""What the pages are held to."""
LONGEST = 60.0
"""Seconds to wait for the service, and for the first 503."""


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
        with served(office, Path(place) / "log") as base:
            visitor = Visitor(base)
            signing_in = visitor.sign_in(COMPLIANCE)
            found = [one for language in LANGUAGES for one in timed(visitor, office, language, effort.rounds)]
            loads = first_loads(visitor, office)
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
def served(office: Reviewed, log: Path) -> Iterator[str]:
    """Serve an office by the command, and give its address."""
    words = ("serve", "--model", office.model, "--home", str(office.home), "--port", "0")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SEGMENTATION_")}
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


# ---- Who asks ----------------------------------------------------------------------------------------


class Forms(HTMLParser):
    """The forms of a page, each with its address and what its fields hold."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self._area = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form, a field that has a value, and where a text begins."""
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((told.get("action", ""), {}))
        elif tag == "input" and self.found and "name" in told:
            if told.get("type") not in {"checkbox", "radio"} or "checked" in told:
                self.found[-1][1][told["name"]] = told.get("value", "")
        elif tag == "textarea" and self.found:
            self._area = told["name"]
            self.found[-1][1][self._area] = ""
        elif tag == "button" and self.found and told.get("name"):
            self.found[-1][1].setdefault(told["name"], told.get("value", ""))

    def handle_data(self, data: str) -> None:
        """Note what a text holds."""
        if self._area:
            self.found[-1][1][self._area] += data

    def handle_endtag(self, tag: str) -> None:
        """Note where a text ends."""
        if tag == "textarea":
            self._area = ""

    def to(self, path: str) -> dict[str, str]:
        """Return the fields of the form that goes to a path."""
        return next(fields for action, fields in self.found if action.split("?")[0] == path)


class Visitor:
    """A browser without a screen: one kept connection, its cookies, and compressed answers."""

    def __init__(self, base: str) -> None:
        headers = {"Accept-Encoding": "gzip", "Origin": base, "Sec-Fetch-Site": "same-origin"}
        self.client = httpx.Client(base_url=base, headers=headers, timeout=LONGEST)

    def get(self, path: str) -> tuple[float, httpx.Response]:
        """Ask for a page; return the seconds until its last byte, too."""
        start = time.perf_counter()
        response = self.client.get(path)
        return time.perf_counter() - start, response

    def send(self, page: httpx.Response, path: str, **typed: str) -> httpx.Response:
        """Send the form of a page that goes to a path."""
        return self.client.post(path, data=Forms(page.text).to(path) | typed)

    def sign_in(self, name: str) -> float:
        """Sign in; return the seconds that it took."""
        page = self.client.get(address("sign_in"))
        start = time.perf_counter()
        answer = self.send(page, address("enter"), name=name, passphrase=PASSPHRASE)
        taken = time.perf_counter() - start
        if not answer.is_redirect:
            raise SystemExit(f"Not signed in: {answer.status_code}")
        return taken

    def speak(self, language: str) -> None:
        """Choose a language."""
        self.client.get(address("language", query={"language": language, "back": address("start")}))


# ---- What is measured --------------------------------------------------------------------------------


def addresses(office: Reviewed) -> dict[str, str]:
    """Return every page, by a name of it."""
    last = office.waiting
    both = {"before": office.active, "after": last}
    return {
        "start": address("start"),
        "words": address("words"),
        "version": address("version", version=last),
        "version_active": address("version", version=office.active),
        "approve": address("approve", version=last),
        "revoke": address("revoke", version=office.active),
        "compare": address("compare", query=both),
        "ledger": address("ledger"),
        "ledger_csv": address("ledger_csv"),
        "ledger_json": address("ledger_json"),
    }


def timed(visitor: Visitor, office: Reviewed, language: str, rounds: int) -> list[Timed]:
    """Ask for every page once, and then in turns."""
    visitor.speak(language)
    found = []
    pages = addresses(office)
    for name, path in pages.items():
        seconds, response = visitor.get(path)
        wire = response.num_bytes_downloaded
        found.append(Timed(name, language, seconds, [], wire, len(response.content), response.status_code))
    for _ in range(rounds):
        for one in found:
            one.warm.append(visitor.get(pages[one.name])[0])
    return found


def first_loads(visitor: Visitor, office: Reviewed) -> dict[str, int]:
    """Return the bytes that a browser without a cache takes for a page and all that it names."""
    loads = {}
    for name in ("start", "version"):
        _, page = visitor.get(addresses(office)[name])
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
