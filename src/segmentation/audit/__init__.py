"""The audit: who the segments are, tested against the policy's limits, from counted cells alone."""

from segmentation.audit.cells import Cells, count_cells
from segmentation.audit.findings import AuditReport, Finding, GroupTable, Spread, verdict
from segmentation.audit.report import audit
from segmentation.audit.schema import report_schema

__all__ = [
    "AuditReport",
    "Cells",
    "Finding",
    "GroupTable",
    "Spread",
    "audit",
    "count_cells",
    "report_schema",
    "verdict",
]
