"""The pages of residents' rights and the table of access: each page stands in it, and is for whom it says."""

from segmentation.rights.access import WAYS
from serving.metrics import NAMES
from serving.pages.table import all_pages

TOLD = {one.name: one for one in WAYS if one.kind == "page"}


def test_every_page_about_residents_is_in_the_table_for_the_same_roles():
    found = {f"page_{page.name}": page.roles for page in all_pages() if "/residents" in page.path}
    assert {name: one.roles for name, one in TOLD.items()} == found
    assert set(TOLD) <= set(NAMES), "events and metrics name them so"


def test_a_page_that_writes_is_a_form():
    methods = {f"page_{page.name}": page.method for page in all_pages()}
    assert {name for name, one in TOLD.items() if one.writes and methods[name] == "GET"} == set()
    assert {name for name, one in TOLD.items() if methods[name] == "POST" and not one.writes} == {
        "page_find_resident"
    }
