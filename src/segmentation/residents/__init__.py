"""Residents: who may be segmented, from a table that is judged once and then trusted.

A table holds more than a model may see. Here it is cut to what the policy allows: rows of the population,
with valid consent and within retention; needs in one table, protected attributes in another, ids apart.
"""

from segmentation.residents.admit import read_needs, read_residents, residents_from, store_residents
from segmentation.residents.intake import Intake, Quarantined
from segmentation.residents.labels import read_labels
from segmentation.residents.model import Residents
from segmentation.residents.outcomes import read_outcomes
from segmentation.residents.schema import schema
from segmentation.residents.store import StoredResidents

__all__ = [
    "Intake",
    "Quarantined",
    "Residents",
    "StoredResidents",
    "read_labels",
    "read_needs",
    "read_outcomes",
    "read_residents",
    "residents_from",
    "schema",
    "store_residents",
]
