"""Approvals in processes of their own: at the same moment, or killed in the middle."""

import base64
import json
import os
import signal
import subprocess
import sys
import textwrap

APPROVE = """
import base64, json, os, sys
from datetime import datetime
from pathlib import Path
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from segmentation.errors import SegmentationError
from segmentation.ledger.book import Book
from segmentation.ledger.trust import Trust
from segmentation.reviews.desk import Desk, Signer
from segmentation.signing import PrivateKey, PublicKey

root, catalogue, model, name = sys.argv[1:]
key = PrivateKey(Ed25519PrivateKey.from_private_bytes(base64.b64decode(sys.stdin.readline())))

def approve(url, witness, bundles, now, version):
    trust = Trust(url, PublicKey(root), Path(witness), bundles)
    desk = Desk(Book(trust, lambda: datetime.fromisoformat(now)), trust, catalogue)
    try:
        print(desk.approve(model, version, signer=Signer(name, key), reason="At once.").state, flush=True)
    except SegmentationError as error:
        print(error, flush=True)

print("ready", flush=True)
while told := sys.stdin.readline():
    child = os.fork()
    if child == 0:
        approve(*json.loads(told))
        os._exit(0)
    print(child, flush=True)
    sys.stdin.readline()  # until then its number is nobody else's
    os.waitpid(child, 0)
    print("ended", flush=True)
"""
"""Approves each version that it is told of in a process of its own, which has everything imported."""


class Reviewer:
    """A person who approves in another process, as soon as they are told."""

    def __init__(self, office, name):
        arguments = [office.trust.root.text, office.desk._catalogue, "small_needs", name]
        self._process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(APPROVE), *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )  # fmt: skip
        self._tell(base64.b64encode(office.keys[name]._key.private_bytes_raw()).decode())
        assert self._said() == "ready"

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(60)

    def begin(self, office, version):
        """Let them approve a version, and return the process that does."""
        trust, now = office.trust, office.clock().isoformat()
        self._tell(json.dumps([trust.ledger, str(trust.witness), trust.bundles, now, version]))
        return int(self._said())

    def ended(self):
        """Wait for the end of the approval, and return what was said of it."""
        self._tell("wait")
        said = [self._said()]
        while said[-1] != "ended":
            said.append(self._said())
        return said[:-1]

    def killed(self, process):
        """Kill the process that approves, whatever it is doing, and return what was said before."""
        os.kill(process, signal.SIGKILL)
        return self.ended()

    def _tell(self, line):
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def _said(self):
        line = self._process.stdout.readline()
        assert line, "the process ended"
        return line.strip()
