"""Practising the way to a signature: a home of its own, whose ledger holds nobody but made-up people.

Whoever trains models sees here what a submission asks for, what reviewers are shown, and what is refused,
before anybody real is asked. Nothing that is decided here can be taken for a real decision, or reach one.
"""

from __future__ import annotations

import secrets
import shlex
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from segmentation.errors import StorageError
from segmentation.files import write_text
from segmentation.home import VARIABLE, Home
from segmentation.impact import assess, day_in_china, draft_answers, read_answers
from segmentation.ledger.book import Book
from segmentation.ledger.personal.tombstones import TOMBSTONES
from segmentation.ledger.trust import BUNDLES, LEDGER, ROOT_KEY, WITNESS, ledger_url, trust_of
from segmentation.policy.catalogue import load_catalogue
from segmentation.registry.handover import handed_over
from segmentation.reviews.desk import Desk, Signer
from segmentation.reviews.keyfiles import keep, open_key, open_root
from segmentation.reviews.made_up import DAYS, MADE_UP, PASSPHRASE, filled_in, people_of
from segmentation.reviews.people import add_person, begin_ledger
from segmentation.reviews.waivers import blocking_of, draft_waivers, read_waivers
from segmentation.vault import source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from segmentation.card import ModelCard
    from segmentation.impact import Impact
    from segmentation.ledger.records import Role, Waiver
    from segmentation.ledger.standing import Standing
    from segmentation.ledger.trust import Trust
    from segmentation.policy import Policy
    from segmentation.registry import RegisteredModel

ELSEWHERE = (
    *(LEDGER, ROOT_KEY, BUNDLES, WITNESS, TOMBSTONES),
    *(source.KEYRING, source.KEYRING_FILE, source.PASSPHRASE, source.PASSPHRASE_FILE),
    *("SEGMENTATION_BACKUPS", "SEGMENTATION_PAGES", "MLFLOW_TRACKING_URI"),
)
"""Settings that point past a home; those of real work are set where people work."""


@dataclass(frozen=True)
class Practice:
    """A home to practise in, the desk over its ledger, and the made-up people who may sign there.

    Attributes
    ----------
    home : Home
        For `registry.register` as well; the passphrase of all its keys is in its ``passphrase.txt``.
    trust : Trust
        For `load_approved`: this ledger, whatever the environment says of a real one.
    book : Book
    desk : Desk
    people : mapping of role to Signer
    """

    home: Home
    trust: Trust = field(repr=False)
    book: Book = field(repr=False)
    desk: Desk = field(repr=False)
    people: Mapping[Role, Signer] = field(repr=False)

    def __repr__(self) -> str:
        """Return where it is and how many made-up people may sign there."""
        return f"Practice({str(self.home.root)!r}, {len(self.people)} made-up people)"

    def _repr_html_(self) -> str:
        from segmentation.reviews import show  # noqa: PLC0415 - a notebook alone asks for it

        return show.html(self)

    def command(self, *words: object) -> str:
        """Return a command of this program as a terminal takes it, for this home and nothing real.

        Where people work, settings name a real ledger and its root key; the command is told none of them.

        Parameters
        ----------
        words : str or path
            As they follow ``segmentation``, such as ``"serve", "--model", "resident_needs"``.
        """
        without = " ".join(f"-u {name}" for name in ELSEWHERE)
        home = shlex.quote(str(self.home.root.absolute()))
        return f"env {without} {VARIABLE}={home} segmentation {shlex.join(map(str, words))}"

    def assess(self, version: RegisteredModel) -> Impact:
        """Return the assessment of a version, from a draft that is filled in with what is made up.

        Both are kept in the home folder: ``answers.VERSION.toml`` is what a person would have written.

        Parameters
        ----------
        version : RegisteredModel
            From `segmentation.load_version`, of this home.
        """
        return self._assessed(version.policy, version.card, version.version)

    def submit(self, version: RegisteredModel, *, reason: str) -> Standing:
        """Hand a version over to the reviewers, as the made-up trainer and with a made-up assessment.

        What is handed over is read from the registry again, and held against the digests that it was
        registered with.

        Parameters
        ----------
        version : RegisteredModel
            From `segmentation.load_version`, of this home.
        reason : str
            Why it should be used.

        Raises
        ------
        RegistryError
            A file is not the one that was registered.
        ReviewError
            The rules refuse it.
        """
        handed = handed_over(self.home, version.name, version.version)
        trainer = self.people["trainer"]
        return self.desk.submit(
            handed.policy,
            handed.card,
            handed.files,
            handed.model_files,
            self._assessed(handed.policy, handed.card, handed.version),
            version=handed.version,
            signer=trainer,
            trained_by=[trainer.name],
            reason=reason,
        )

    def approve(self, version: RegisteredModel, role: Role, *, reason: str = MADE_UP) -> Standing:
        """Sign a version that was submitted, as a made-up person, with a made-up waiver of all that blocks.

        Parameters
        ----------
        version : RegisteredModel
        role : {"trainer", "compliance", "business", "administrator"}
            Who signs; the rules are those of every ledger, so two of them are refused.
        reason : str, optional

        Raises
        ------
        ReviewError
            The rules refuse it.
        """
        waivers = self.waivers(version.name, version.version)
        signer = self.people[role]
        return self.desk.approve(version.name, version.version, signer=signer, reason=reason, waivers=waivers)

    def waivers(self, model: str, version: int) -> tuple[Waiver, ...]:
        """Return a made-up waiver of everything that blocks a submitted version; none where nothing does.

        They are kept in the home folder, in ``waivers.VERSION.toml``.
        """
        card = self.desk.review(model, version).card
        if not blocking_of(card):
            return ()
        today = self.book.now().date()
        path = self.home.root / f"waivers.{version}.toml"
        write_text(path, filled_in(draft_waivers(card), today))
        return read_waivers(path, card, today=today)

    def _assessed(self, policy: Policy, card: ModelCard, version: int) -> Impact:
        today = day_in_china(self.book.now())
        path = self.home.root / f"answers.{version}.toml"
        write_text(path, filled_in(draft_answers(policy, card), today))
        return assess(policy, card, read_answers(path), version=version, today=today)


def _now() -> datetime:
    return datetime.now(UTC)


def practise(folder: Path, clock: Callable[[], datetime] = _now) -> Practice:
    """Begin a ledger in a folder of its own, and enter a made-up person for each role.

    Parameters
    ----------
    folder : Path
        New, or empty: nobody practises where something real is kept.
    clock : callable
        Returns the time, aware; that of this machine when not given.

    Raises
    ------
    StorageError
        The folder holds something, or cannot be written to.
    """
    home = Home(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StorageError(
            f"{folder} holds something already, and made-up people sign only where nothing real can be. "
            "Name a new folder."
        )
    home.prepare()
    passphrase = secrets.token_urlsafe(16)
    keep(folder / PASSPHRASE, passphrase)
    begin_ledger(home, ledger_url(home, {}), passphrase, clock())
    trust = trust_of(home, {})
    book = Book(trust, clock)
    people = {
        role: _entered(book, home, passphrase, name, role) for name, role in people_of("Practice").items()
    }
    return Practice(home, trust, book, Desk(book, trust, load_catalogue().digest), people)


def _entered(book: Book, home: Home, passphrase: str, name: str, role: Role) -> Signer:
    until = book.now().date() + timedelta(days=DAYS)
    add_person(book, open_root(home, passphrase), name, [role], until, home=home, passphrase=passphrase)
    return Signer(name, open_key(home, name, passphrase))
