"""A dossier: one ZIP that shows who decided what about a version, for auditors to keep for years.

It is checked without the company's systems, by this program or by hand; its sheet says how. Everything in it
is made from the signed bundle and the ledger, so that a check can make it anew and compare.
"""

from segmentation.reviews.dossier.pdf import render_pdf
from segmentation.reviews.dossier.report import Commented, DossierReport, Signature, Waived
from segmentation.reviews.dossier.verify import verify_dossier
from segmentation.reviews.dossier.write import write_dossier

__all__ = [
    "Commented",
    "DossierReport",
    "Signature",
    "Waived",
    "render_pdf",
    "verify_dossier",
    "write_dossier",
]
