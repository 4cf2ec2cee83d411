"""A publisher that is killed at any step leaves a whole bundle or none, and the next one clears up."""

import signal
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest

from segmentation.bundle import fetch, fetch_decision, publish

PROGRAM = """
import json, os, signal, sys
from segmentation.bundle import FILES, Bundle, publish

address, last, proofs = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
bundle = Bundle("resident_needs", 3, {name: json.dumps({"of": name}).encode() for name in FILES})
step = 0

def count(event, _):
    global step
    if event == "open" or event.startswith(("os.", "fcntl.", "shutil.")) and event != "os.kill":
        step += 1
        if step > last:
            os.kill(os.getpid(), signal.SIGKILL)

for proof in proofs:
    if proof == proofs[-1]:
        sys.addaudithook(count)
    publish(bundle, address, proof=proof)
"""
OLDER, NEWER = '{"proof": 1}', '{"proof": 2}'


def killed_at(step, address, *proofs):
    """Publish with each of the proofs, kill the last time after so many steps, and say whether it was."""
    command = [sys.executable, "-c", PROGRAM, str(address), str(step), *proofs]
    code = subprocess.run(command, check=False).returncode
    assert code in {0, -signal.SIGKILL}
    return code != 0


def is_whole(bundle, address):
    """Whether all of the bundle is there; what is not is not there at all."""
    if not list(address.glob("approved/resident_needs/3-*")):
        return False
    return fetch(str(address), "resident_needs", 3, bundle.digest, approved=True) == bundle


@pytest.mark.slow
def test_whoever_publishes_first_and_is_killed_leaves_a_whole_bundle_or_none(bundle, tmp_path):
    found = []
    for step in count(0, 2):
        address = tmp_path / str(step)
        was_killed = killed_at(step, address, OLDER)
        found.append(is_whole(bundle, address))
        folder = Path(publish(bundle, str(address), proof=OLDER))
        assert [path.name for path in folder.parent.iterdir()] == [folder.name]
        if not was_killed:
            break
    assert found == sorted(found)
    assert {True, False} == set(found)


@pytest.mark.slow
def test_whoever_renews_a_proof_and_is_killed_leaves_the_older_one_or_the_newer(bundle, tmp_path):
    found = []
    for step in count(0, 2):
        address = str(tmp_path / str(step))
        was_killed = killed_at(step, address, OLDER, NEWER)
        assert fetch(address, "resident_needs", 3, bundle.digest, approved=True) == bundle
        found.append(fetch_decision(address, "resident_needs", 3, bundle.digest))
        if not was_killed:
            break
    assert found == sorted(found)
    assert {OLDER, NEWER} == set(found)
