"""Search that finds Chinese as well as English: a Chinese run is looked up by its pairs of letters.

Sphinx knows one language for a whole site, and Chinese only with a dictionary of its own. Pairs need none,
and a few lines of JavaScript take a query apart as the pages were.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from sphinx.search.en import SearchEnglish

if TYPE_CHECKING:
    from sphinx.application import Sphinx

RUNS = re.compile(r"[\u4e00-\u9fff]+|[^\W\u4e00-\u9fff]+")
CHINESE = re.compile(r"[\u4e00-\u9fff]{2,}")


class SearchBoth(SearchEnglish):
    """English by its stems, Chinese by pairs of letters."""

    lang = "en_zh"
    js_splitter_code = r"""
var splitQuery = (query) =>
  (query.match(/[\u4e00-\u9fff]+|[^\W\u4e00-\u9fff]+/gu) || []).flatMap((run) =>
    /^[\u4e00-\u9fff]{2,}$/.test(run) ? [...run].slice(1).map((letter, at) => run[at] + letter) : [run]
  );
"""

    def split(self, input: str) -> list[str]:  # noqa: A002 - as Sphinx names it
        """Return the words of a text."""
        return [word for run in RUNS.findall(input) for word in _words(run)]


def _words(run: str) -> list[str]:
    return ["".join(pair) for pair in pairwise(run)] if CHINESE.fullmatch(run) else [run]


def setup(app: Sphinx) -> dict[str, bool]:
    """Make the language known to Sphinx."""
    app.add_search_language(SearchBoth)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
