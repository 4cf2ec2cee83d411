"""Many rows that were read are one line of the access log, which names nobody."""

from segmentation.ledger.access import AccessLog
from segmentation.ledger.personal.reading import tell_read
from segmentation.ledger.personal.tables import consents
from tests.ledger.personal.conftest import NOW


def test_who_read_how_many_rows_of_what_is_told(ledger):
    tell_read(ledger, consents, "service_planning", 12, "Carol", NOW)

    log = AccessLog(ledger)
    (line,) = log.lines()
    assert '"by":"Carol","what":"read","table":"consents","first":0,"count":12' in line
    assert line.endswith('"purpose":"service_planning"}')
    assert log.verify().number == 1
