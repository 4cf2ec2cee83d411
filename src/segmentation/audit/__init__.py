"""The audit: who the segments are, tested against the policy's limits, from counted cells alone."""

from segmentation.audit.cells import Cells, Crosstab
from segmentation.audit.entry import Block, audit, audit_blocks, audit_cells
from segmentation.audit.findings import (
    Finding,
    GroupTable,
    verdict,
)
from segmentation.audit.model import AuditReport
from segmentation.audit.schema import report_schema
from segmentation.audit.sections import (
    AttributeFit,
    Balance,
    Carrier,
    Conditional,
    Demand,
    GroupAuc,
    GroupFit,
    GroupOpportunity,
    Opportunity,
    StratumRate,
    Trace,
)

__all__ = [
    "AttributeFit",
    "AuditReport",
    "Balance",
    "Block",
    "Carrier",
    "Cells",
    "Conditional",
    "Crosstab",
    "Demand",
    "Finding",
    "GroupAuc",
    "GroupFit",
    "GroupOpportunity",
    "GroupTable",
    "Opportunity",
    "StratumRate",
    "Trace",
    "audit",
    "audit_blocks",
    "audit_cells",
    "report_schema",
    "verdict",
]
