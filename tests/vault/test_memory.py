"""A process that opened a keyring leaves no core file, and other processes cannot read its memory."""

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

OPENED = """
    import ctypes, os, resource, signal, sys
    from datetime import UTC, datetime
    from pathlib import Path

    from segmentation.home import Home
    from segmentation.vault import Keyring, keyring_source

    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))
    environ = {"SEGMENTATION_KEYRING": Keyring.generate(datetime(2026, 11, 20, tzinfo=UTC)).to_text()}
    source = keyring_source(Home(Path(".")), environ)
    GET_DUMPABLE = 3
    before = ctypes.CDLL(None).prctl(GET_DUMPABLE, 0, 0, 0, 0)
    source()
    after = ctypes.CDLL(None).prctl(GET_DUMPABLE, 0, 0, 0, 0)
    print(before, after, *resource.getrlimit(resource.RLIMIT_CORE), flush=True)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)  # ignored by what a shell runs in the background
    os.kill(os.getpid(), signal.SIGQUIT)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_a_process_that_opened_a_keyring_is_never_dumped(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(OPENED)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.split() == ["1", "0", "0", "0"], done.stderr
    assert done.returncode == -signal.SIGQUIT
    assert list(tmp_path.iterdir()) == []
