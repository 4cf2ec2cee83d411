"""Consents in bulk: from files and to files, and for everybody whom a build or a scoring reads.

The ledger itself knows one resident at a time (`segmentation.ledger.personal.consents`). Here stands what
needs tables: the fields are those of ISO/IEC TS 27560:2023, so that other systems read and write them too.
"""

from segmentation.consents.columns import ConsentLedger
from segmentation.consents.exporting import Exported, export_consents
from segmentation.consents.fields import FIELDS
from segmentation.consents.importing import Imported, import_consents

__all__ = ["FIELDS", "ConsentLedger", "Exported", "Imported", "export_consents", "import_consents"]
