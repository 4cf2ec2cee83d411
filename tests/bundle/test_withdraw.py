"""What was published is taken back whole, where it lies, and nothing beside it."""

import pytest

from segmentation.bundle import Bundle, publish
from segmentation.bundle.content import FILES
from segmentation.bundle.withdraw import withdraw
from segmentation.errors import BundleError


def bundle(version=1):
    return Bundle("small", version, dict.fromkeys(FILES, b"{}"))


@pytest.mark.parametrize("where", ["folder", "memory"])
def test_both_folders_of_a_version_go_and_those_of_another_stay(tmp_path, where):
    address = str(tmp_path / "bundles") if where == "folder" else f"memory://withdrawn-{tmp_path.name}"
    for proof in (None, "{}"):
        publish(bundle(), address, proof=proof)
        publish(bundle(2), address, proof=proof)

    gone = withdraw(address, "small", 1, bundle().digest)
    assert len(gone) == 2
    assert withdraw(address, "small", 1, bundle().digest) == ()
    assert len(withdraw(address, "small", 2, bundle(2).digest)) == 2


@pytest.mark.parametrize(("model", "digest"), [("../other", bundle().digest), ("small", "sha256:..")])
def test_what_is_no_bundle_is_not_looked_for(tmp_path, model, digest):
    with pytest.raises(BundleError):
        withdraw(str(tmp_path), model, 1, digest)
