"""Who asks for pages in a benchmark: a browser without a screen, which signs in and fills in forms."""

from __future__ import annotations

import time
from html.parser import HTMLParser

import httpx
from peers.reviewed import PASSPHRASE

from serving.pages.table import address

LONGEST = 60.0
"""Seconds to wait for the service."""


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
