"""The program knows the newest revision that it ships."""

from segmentation.ledger.tables import REVISION, versions
from segmentation.ledger.upgrade import revisions


def test_the_known_revision_is_the_newest_migration():
    assert revisions()[0] == REVISION


def test_the_revision_has_a_table_of_its_own_because_mlflow_may_share_the_database():
    assert versions.name != "alembic_version"
