"""The documentation is built without a warning, tells of everything public, and a broken link stops it."""

import importlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import segmentation
from tests.returned import reached

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
TOLD_ELSEWHERE = tuple(
    f"segmentation.{name}"
    for name in ("policy", "card.parts", "ledger", "signing", "bundle", "impact", "reviews")
)
"""What has a page or a format of its own: an object of it is told of, and what it holds is not."""
pytest.importorskip("sphinx", reason="the extra `docs` is not installed")


def built(source, out):
    """How the build of `make docs` ends, with what it says."""
    words = [sys.executable, "-m", "sphinx", "-q", "-E", "-W", "--keep-going", "-b", "html"]
    return subprocess.run(
        [*words, "-d", str(out / "doctrees"), str(source), str(out / "html")],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def extension(monkeypatch):
    """The project's own extensions of Sphinx, imported as Sphinx does."""
    monkeypatch.syspath_prepend(str(DOCS))
    return importlib.import_module


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    out = tmp_path_factory.mktemp("site")
    done = built(DOCS, out)
    assert (done.returncode, done.stderr) == (0, "")
    return out / "html"


@pytest.fixture(scope="module")
def told(site):
    """What the reference tells of, by its name there."""
    from sphinx.util.inventory import InventoryFile

    parts = InventoryFile.loads((site / "objects.inv").read_bytes(), uri="").data
    names = {name for kind in ("function", "class", "exception") for name in parts[f"py:{kind}"]}
    return {name: found for name in names if (found := named(name)) is not None}


def named(name):
    """The class or function of a dotted name."""
    module, _, last = name.rpartition(".")
    return getattr(importlib.import_module(module), last, None)


def public():
    """What a program begins with: the names of the package, the client, and the simulation."""
    names = {f"segmentation.{name}" for name in segmentation.__all__ if not name.startswith("_")}
    others = ("client.Client", "client.AsyncClient", "simulate.simulate")
    return names | {f"segmentation.{name}" for name in others}


@pytest.mark.slow
def test_the_reference_tells_of_everything_public(told):
    assert public() - told.keys() == set()


@pytest.mark.slow
def test_the_reference_tells_of_all_that_public_functions_return_and_public_objects_hold(told):
    met = reached([told[name] for name in public()], TOLD_ELSEWHERE)
    elsewhere = {one for one in met if one.__module__.startswith("segmentation.policy")}

    assert {"Choice", "Frontier", "Registered", "Scored", "Standing"} <= {one.__name__ for one in met}
    assert met - elsewhere - set(told.values()) == set()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("by", "leads_to"),
    [
        ("segmentation.Segmenter.explain", "segmentation.scorer.Explanation"),
        ("segmentation.client.Client.explain", "segmentation.answers.Explanation"),
    ],
)
def test_a_name_that_two_classes_have_leads_to_the_one_that_is_meant(site, by, leads_to):
    page = (site / "reference" / "python.html").read_text(encoding="utf-8")

    assert f'href="#{leads_to}"' in page.split(f'id="{by}"')[1].split("</dt>")[0]


@pytest.mark.slow
def test_the_search_finds_english_and_chinese(site):
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    found = json.loads(index.removeprefix("Search.setIndex(").rstrip().removesuffix(")"))

    assert {"审查", "undetermin"} <= found["terms"].keys()


@pytest.mark.slow
def test_a_link_that_leads_nowhere_stops_the_build(tmp_path):
    planted = tmp_path / "docs"
    planted.mkdir()
    for name in ("conf.py", *(path.name for path in DOCS.glob("site_*.py")), "_static"):
        copy = shutil.copytree if (DOCS / name).is_dir() else shutil.copy
        copy(DOCS / name, planted / name)
    page = planted / "index.md"

    page.write_text("# Start\n\n[here](#start)\n", encoding="utf-8")
    assert built(planted, tmp_path / "good").returncode == 0

    for link in ("nowhere.md", "#no-such-part", "../missing.toml"):
        page.write_text(f"# Start\n\n[there]({link})\n", encoding="utf-8")
        assert built(planted, tmp_path / "bad").returncode != 0, link


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('<a href="other.html#part">', ""),
        ('<a href="https://example.org/page">', ""),
        ('<a href="other.html#no-part">', "page.html: other.html#no-part: the page has no such anchor"),
        ('<a href="none.html">', "page.html: none.html leads nowhere"),
        ('<a href="http://example.org">', "page.html: http://example.org is no https address"),
        ('<a href="https://page">', "page.html: https://page is no https address"),
        (
            '<img src="https://example.org/a.png">',
            "page.html: loads https://example.org/a.png from another host",
        ),
        ('<script src="//example.org/a.js">', "page.html: loads //example.org/a.js from another host"),
    ],
    ids=str,
)
def test_a_page_that_links_wrong_or_loads_from_elsewhere_is_found(extension, tmp_path, body, fault):
    (tmp_path / "page.html").write_text(body, encoding="utf-8")
    (tmp_path / "other.html").write_text('<h2 id="part">', encoding="utf-8")

    assert list(extension("site_check").faults_of(tmp_path)) == ([fault] if fault else [])


@pytest.mark.parametrize(
    ("style", "found"),
    [
        ("a{background:url(https://example.org/a.png)}", True),
        ('@import "//example.org/a.css";', True),
        ("a{background:url(data:image/svg+xml;x)}", False),
    ],
)
def test_a_style_that_loads_from_elsewhere_is_found(extension, tmp_path, style, found):
    (tmp_path / "a.css").write_text(style, encoding="utf-8")

    assert bool(list(extension("site_check").faults_of(tmp_path))) is found


def test_the_reference_has_every_command_and_every_key_of_a_policy(extension):
    from segmentation.policy import Policy

    pages = extension("site_pages")
    commands, keys = pages.commands_text(), pages.policy_text()

    for heading in ("## segmentation build", "### segmentation keys issue", "## segmentation serve"):
        assert f"{heading}\n" in commands
    assert "| `--policy` | The policy, a TOML file. | required |" in commands
    assert [key for key in Policy.model_json_schema()["properties"] if f"| `{key}` |" not in keys] == []
    assert "number, ≥ 0" in keys or "integer, ≥ 0" in keys


def test_chinese_is_looked_up_by_pairs_and_english_by_words(extension):
    split = extension("site_search").SearchBoth({}).split

    assert split("审批决定 and policy_key 人") == ["审批", "批决", "决定", "and", "policy_key", "人"]
