"""The terms of the pages in one line each, those of a card first; nothing here knows a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.card.words import GLOSSARY

if TYPE_CHECKING:
    from collections.abc import Mapping

MEANINGS: Mapping[str, str] = dict(GLOSSARY)
"""A term, in English as the catalogue has it, and its line."""
