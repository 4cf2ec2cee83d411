"""The documentation prints the table of access as the program has it, in both languages."""

import re
from pathlib import Path

import pytest

from segmentation.rights.access import FORS, WAYS
from segmentation.rights.access_words import DOES, MEANT, WHO

DOCS = Path(__file__).parents[1] / "docs"
PAGES = {"en": "access.md", "zh": "access.zh.md"}
KINDS = ("route", "command", "page")


def tables(language):
    """The tables of a page, each as its rows without head."""
    text = (DOCS / PAGES[language]).read_text(encoding="utf-8")
    found = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    return [
        [[cell.strip() for cell in line[1:-1].split("|")] for line in one.splitlines()[2:]] for one in found
    ]


def printed(one, language):
    """A way as its row."""

    def code(names):
        return ", ".join(f"`{name}`" for name in names)

    who = ", ".join(getattr(WHO[each], language) if each in WHO else each for each in one.who)
    name = one.name.removeprefix("page_")
    return [
        f"`{name}`",
        who,
        one.purpose,
        code(one.reads),
        code(one.writes),
        getattr(DOES[one.name], language),
    ]


@pytest.mark.parametrize("language", PAGES)
def test_the_page_prints_every_way_as_the_program_has_it(language):
    _, *found = tables(language)

    for kind, rows in zip(KINDS, found, strict=True):
        assert rows == [printed(one, language) for one in WAYS if one.kind == kind]


@pytest.mark.parametrize("language", PAGES)
def test_the_page_says_what_each_purpose_means(language):
    assert dict(tables(language)[0]) == {key: getattr(MEANT[key], language) for key in FORS}


def test_every_way_has_its_words_and_no_other():
    assert set(DOES) == {one.name for one in WAYS}
    assert len({one.name for one in WAYS}) == len(WAYS)
    assert all(text.en.isascii() and not text.zh.isascii() for text in (*DOES.values(), *MEANT.values()))


def test_both_pages_have_the_same_parts_and_commands():
    english, chinese = ((DOCS / name).read_text(encoding="utf-8") for name in PAGES.values())

    def commands(text):
        blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
        return [re.sub(r"'[^']*'", "", block) for block in blocks]

    assert commands(english) == commands(chinese)
    for pattern in (r"^#+ ", r"^\| ", r"^- \["):
        assert len(re.findall(pattern, english, re.MULTILINE)) == len(
            re.findall(pattern, chinese, re.MULTILINE)
        )
