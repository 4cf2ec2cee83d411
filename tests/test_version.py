"""The version stands once, and everything that tells it tells the same."""

from importlib.metadata import version

from packaging.version import Version

import segmentation
from segmentation.version import __version__


def test_the_package_and_its_installed_metadata_tell_the_same_version():
    assert segmentation.__version__ == __version__ == version("segmentation")
    assert str(Version(__version__)) == __version__
