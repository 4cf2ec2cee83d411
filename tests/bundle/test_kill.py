"""A publisher that is killed at any step leaves a whole bundle or none, and the next one clears up."""

import subprocess
import sys
from pathlib import Path

import pytest

from segmentation.bundle import fetch, fetch_decision, publish

PROGRAM = """
import json, os, signal, sys
from itertools import count
from segmentation.bundle import FILES, Bundle, publish

folder, proofs = sys.argv[1], sys.argv[2:]
bundle = Bundle("resident_needs", 3, {name: json.dumps({"of": name}).encode() for name in FILES})

def kill_after(last):
    step = 0

    def hook(event, _):
        nonlocal step
        if event == "open" or event.startswith(("os.", "fcntl.", "shutil.")) and event != "os.kill":
            step += 1
            if step > last:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)

def published(last):
    for proof in proofs:
        if proof == proofs[-1]:
            kill_after(last)
        publish(bundle, f"{folder}/{last}", proof=proof)

for last in count(0, 2):
    child = os.fork()
    if not child:
        try:
            published(last)
        except BaseException:
            os._exit(1)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(last, flush=True)
    if code != -signal.SIGKILL:
        sys.exit(code)
"""
"""Publishes in a process for each step, and kills it there; each is a fork, as Python takes long to start."""
OLDER, NEWER = '{"proof": 1}', '{"proof": 2}'


def killed(folder, *proofs):
    """Publish with each of the proofs, kill the last time after more and more steps, until it ends before.

    Returns the folders that were published to, a killed one each but the last.
    """
    command = [sys.executable, "-c", PROGRAM, str(folder), *proofs]
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return [folder / step for step in ended.stdout.split()]


def is_whole(bundle, address):
    """Whether all of the bundle is there; what is not is not there at all."""
    if not list(address.glob("approved/resident_needs/3-*")):
        return False
    return fetch(str(address), "resident_needs", 3, bundle.digest, approved=True) == bundle


@pytest.mark.slow
def test_whoever_publishes_first_and_is_killed_leaves_a_whole_bundle_or_none(bundle, tmp_path):
    found = []
    for address in killed(tmp_path, OLDER):
        found.append(is_whole(bundle, address))
        folder = Path(publish(bundle, str(address), proof=OLDER))
        assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    assert found == sorted(found)
    assert {True, False} == set(found)


@pytest.mark.slow
def test_whoever_renews_a_proof_and_is_killed_leaves_the_older_one_or_the_newer(bundle, tmp_path):
    found = []
    for address in map(str, killed(tmp_path, OLDER, NEWER)):
        assert fetch(address, "resident_needs", 3, bundle.digest, approved=True) == bundle
        found.append(fetch_decision(address, "resident_needs", 3, bundle.digest))
    assert found == sorted(found)
    assert {OLDER, NEWER} == set(found)
