"""Who is erased is in no file: not of the service that kept them, nor of the backups before and after.

Everything is done by real processes, as people and programs do it: the service, requests that go well and
that are refused, an override, backups, the erasure, and restores. On SQLite and on PostgreSQL.
"""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from segmentation.home import Home
from segmentation.ledger.personal.requests import PURPOSE as OWN
from segmentation.ledger.store import open_ledger
from segmentation.reviews.keyfiles import key_file
from segmentation.vault import Keyring
from segmentation.vault.source import write_file
from tests.serving.made import Office, residents
from tests.serving.process import COMMAND, ROOT, Service
from tests.serving.residents.front import NOTICE, PURPOSE
from tests.test_keeping import CHEAP, holding

pytestmark = pytest.mark.slow

REF, STAYS = "R-planted-5c0e77", "R-stays-1"
TEXT = "planted: 王 on the 3rd floor was never asked, 41fd"
REASON = "planted: works at night and sleeps by day, 90ab"
PLANTED = {"reference": REF, "text": TEXT, "reason": REASON}
SECRETS = {
    "SEGMENTATION_PASSPHRASE": "correct horse battery",
    "SEGMENTATION_KEYRING_PASSPHRASE": "a passphrase of the keyring",
}
NEEDS = {"residents": residents(1)}


class House:
    """An office with residents, and all that its processes said."""

    def __init__(self, folder, url):
        self.folder, self.said = folder, b""
        now = datetime.now(UTC)
        self.office = Office.opened(folder / "home", url, now)
        self.office.approve(1)
        self.home, self.keyring = Home(self.office.folder), Keyring.generate(now)
        write_file(self.home.keyring, self.keyring, SECRETS["SEGMENTATION_KEYRING_PASSPHRASE"], cost=CHEAP)
        carol = self.office.keys["Carol"].sealed(SECRETS["SEGMENTATION_PASSPHRASE"], CHEAP)
        key_file(self.home, "Carol").parent.mkdir(parents=True)
        key_file(self.home, "Carol").write_text(carol, encoding="utf-8")
        (folder / "typed").mkdir()
        for name, value in PLANTED.items():
            (folder / "typed" / name).write_text(f"{value}\n", encoding="utf-8")

    @property
    def environ(self):
        trust = self.office.trust
        return SECRETS | {
            "SEGMENTATION_LEDGER": trust.ledger,
            "SEGMENTATION_ROOT_KEY": trust.root.text,
            "SEGMENTATION_WITNESS": str(trust.witness),
            "SEGMENTATION_BUNDLES": trust.bundles,
        }

    def run(self, *words, home=None, **environ):
        """Run a command to its good end; return what it printed."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("SEGMENTATION_")}
        paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        done = subprocess.run(
            [sys.executable, "-c", COMMAND, *map(str, words), "--home", str(home or self.home.root)],
            env=clean | {"PYTHONPATH": paths, "COLUMNS": "200"} | (environ or self.environ),
            capture_output=True,
            check=False,
        )
        self.said += done.stdout + done.stderr
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def decide(self, command, *words):
        """Let Carol give a command about the resident."""
        typed = self.folder / "typed"
        return self.run("resident", command, "--as", "Carol", "--reference-file", typed / "reference", *words)

    def restored(self, backup):
        """Restore a backup into a home in SQLite, which has keyring and tombstones; return where, and how."""
        new = self.folder / f"restored {backup.name}"
        new.mkdir()
        for path in (self.home.keyring, self.home.tombstones):
            shutil.copy(path, new)
        told = SECRETS | {"SEGMENTATION_ROOT_KEY": self.office.trust.root.text}
        return new, self.run("restore", backup, home=new, **told)

    def marks(self, reference):
        """What stands for a resident in tables, spelled in each way; not what an access log calls them."""
        subject = self.keyring.subject_of(reference)
        found = [subject, *(self.keyring.marker(purpose)(subject) for purpose in (PURPOSE, OWN))]
        return [spelled for one in found for spelled in (one, one.hex().encode())]


def live(client):
    """Ask all there is about a resident, and what is refused; nothing of it may be left lying about."""
    at = f"/v1/residents/{REF}"
    said = {"purpose": PURPOSE, "event_state": "given", "privacy_notice": NOTICE}
    for ref in (REF, STAYS):
        assert client.post(f"/v1/residents/{ref}/consents", json=said).status_code == 200
        assert client.post(f"/v1/residents/{ref}/segment", json=NEEDS).status_code == 200
    asked = {"right": "correction", "text": TEXT, "channel": "app", "language": "zh"}
    done = [
        client.get(f"{at}/segment", params={"purpose": PURPOSE}),
        client.post(f"{at}/explanation", json=NEEDS),
        client.post(f"{at}/requests", json=asked),
        client.get(f"{at}/requests"),
        client.get(at),
        client.get(at, headers={"Accept": "text/html"}),
    ]
    refused = [
        client.get(f"{at}/segment", params={"purpose": "fairness_audit"}),
        client.get(f"{at}/segment", params={"purpose": REF}),
        client.post(f"{at}/requests", json=asked),
        client.post(f"{at}/consents", json={"purpose": REF, "event_state": TEXT}),
        client.post(f"{at}/segment", content=f'{{"residents": "{TEXT}', headers={"Content-Type": REF}),
        client.get(f"{at}/{REF}", headers={"X-API-Key": REF, "User-Agent": REF}),
        client.delete(at),
        client.get(f"{at}{'x' * 300}"),
    ]
    assert [one.status_code for one in done] == [200] * 6
    assert [one.status_code for one in refused if one.status_code < 400 or one.status_code >= 500] == []
    assert [name for name in PLANTED.values() for one in refused if name in one.text] == []


def in_files(folder, wanted):
    """Return the files of a folder that hold any of some bytes."""
    files = (path for path in Path(folder).rglob("*") if path.is_file())
    return [path.name for path in files if any(one in path.read_bytes() for one in wanted)]


def test_who_is_erased_is_in_no_file_and_in_no_backup_before_or_after(url, tmp_path, request):
    house = House(tmp_path, url)
    key, backups = house.office.issue(), tmp_path / "backups"
    with (
        Service.command(house.office, **SECRETS) as service,
        httpx.Client(base_url=service.address, headers={"X-API-Key": key}, timeout=60) as client,
    ):
        live(client)
        house.run("backup", "--to", backups)
        typed = tmp_path / "typed"
        house.decide("override", "--segment", "S2", "--reason-file", typed / "reason")
        assert house.decide("erase", "--yes").startswith("Erased")
        assert client.get(f"/v1/residents/{REF}").status_code == 404
        assert client.get(f"/v1/residents/{STAYS}").status_code == 200
        house.run("backup", "--to", backups)

    before, after = sorted(backups.glob("segmentation-*"))
    homes = [tmp_path / "ledger", house.home.root]
    for backup, erased in ((before, True), (after, False)):
        new, told = house.restored(backup)
        assert ("Erased again" in told) == erased
        homes.append(new)
    folders = [*homes, backups]
    if not url.startswith("sqlite"):
        server = request.getfixturevalue("postgres")
        server.psql("CHECKPOINT;")
        folders.append(server.pgdata)
    assert {name for _, name in holding([typed], PLANTED)} == set(PLANTED), "the search finds what is there"
    assert holding(folders, PLANTED) == set()
    assert [one for one in PLANTED.values() if one.encode() in house.said] == []

    for home in homes:
        assert in_files(home, house.marks(REF)) == []
    for home in homes[2:]:
        assert "ledger.db" in in_files(home, house.marks(STAYS))
    with open_ledger(url) as ledger, ledger.reading() as connection:
        for table in ("data_keys", "consents", "segments", "overrides", "requests"):
            rows = connection.exec_driver_sql(f"SELECT subject FROM {table}").scalars()
            assert not {bytes(one) for one in rows if one is not None} & set(house.marks(REF))
