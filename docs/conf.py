"""How the documentation is built: `make docs` writes it to build/docs, and a warning is an error.

Why Sphinx and furo: docs/contributing.md. Neither the build nor a reader needs any other host: fonts are the
system's, and the search runs in the browser on a file beside the pages.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from segmentation.version import __version__

project = "segmentation"
author = "the makers of segmentation"
version = release = __version__
language = "en"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "site_names",
    "site_pages",
    "site_check",
    "site_search",
]
root_doc = "index"
source_suffix = {".md": "markdown"}
exclude_patterns = ["_static"]
myst_heading_anchors = 4
highlight_language = "text"
default_role = "literal"
# An answer that is shown with … in it is no JSON.
suppress_warnings = ["misc.highlighting_failure"]

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 80
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True

html_theme = "furo"
html_title = f"segmentation {version}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_search_language = "en_zh"
# A summary is fetched from the page, which a browser refuses for files.
html_show_search_summary = False
html_theme_options = {"navigation_with_keys": True}
