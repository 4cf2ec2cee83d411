"""README and docs/ name only what exists: commands, options, settings, messages, files, routes."""

import ast
import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest
import typer.main

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = {"README.md": (ROOT / "README.md").read_text(encoding="utf-8")} | {
    path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8") for path in sorted(DOCS.rglob("*.md"))
}
"""Every page, by its place under docs/."""
WITHOUT_COMMANDS = {name for name in PAGES if name.startswith(("explanation/", "reference/"))} | {
    *("index.md", "howto/index.md", "contributing.md")
}
GUIDES = ("review.md", "review.zh.md")
APIS = ("api.md", "api.zh.md")
RESIDENTS = ("residents.md", "residents.zh.md")
SHOWN = re.compile(r"```sh\n(curl [^\n]+)\n```\n\n```(json|text)\n(.*?)\n?```", re.DOTALL)
"""A request, and what is said to be answered."""


def program():
    """The commands of the program, as click has them."""
    from segmentation.cli.main import app

    return typer.main.get_command(app)


def shell_lines(text):
    """The commands in blocks of shell, without what is said of them."""
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


def named_commands(text):
    """Every command of the program in a block, or as code in a sentence or table."""
    lines = (*shell_lines(text), *spans(text))
    return [line.split(" #")[0] for line in lines if line.startswith("segmentation ")]


def spans(text):
    """What stands as code in sentences and tables."""
    return set(re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL)))


def strangers(line):
    """What a command line names that the program does not know; nothing where it knows all of it."""
    command, words = program(), shlex.split(line)[1:]
    while hasattr(command, "commands") and words:
        if words[0] not in command.commands:
            return [words[0]]
        command = command.commands[words.pop(0)]
    known = own_options(command) | {"--help"}
    return [word for word in words if word.startswith("--") and word not in known]


def own_options(command):
    return {option for one in command.params for option in (*one.opts, *one.secondary_opts)}


def told_texts():
    """Every text of the sources, with … for what is filled in."""
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                yield "".join(part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def fits(shown, answered):
    """Whether an answer is as it is shown, where … stands for anything, or for any others."""
    if shown == "…":
        return True
    if isinstance(shown, dict) and isinstance(answered, dict):
        named = shown.keys() - {"…"}
        whole = "…" in shown or named == answered.keys()
        return whole and named <= answered.keys() and all(fits(shown[name], answered[name]) for name in named)
    if isinstance(shown, list) and isinstance(answered, list):
        told = [one for one in shown if one != "…"]
        whole = "…" in shown or len(told) == len(answered)
        return whole and len(told) <= len(answered) and all(map(fits, told, answered))
    if isinstance(shown, str) and isinstance(answered, str):
        return re.fullmatch(".*".join(map(re.escape, shown.split("…"))), answered, re.DOTALL) is not None
    return shown == answered and type(shown) is type(answered)


def requested(line, address, key, folder):
    """What is answered to a line of curl; to the same request, where there is no curl."""
    line = line.replace("http://127.0.0.1:8000", address)
    if shutil.which("curl"):
        shell = ["sh", "-c", line]
        done = subprocess.run(
            shell, cwd=folder, env={**os.environ, "KEY": key}, capture_output=True, check=True
        )
        return done.stdout.decode()
    words = [word.replace("$KEY", key) for word in shlex.split(line)]
    told = dict(word.split(": ", 1) for at, word in enumerate(words) if words[at - 1] == "-H")
    body = [word for at, word in enumerate(words) if words[at - 1] == "-d"]
    content = (folder / body[0][1:]).read_bytes() if body and body[0].startswith("@") else "".join(body)
    url = next(word for word in words if word.startswith(address))
    return httpx.request("POST" if body else "GET", url, headers=told, content=content).text


def anchors(text):
    """The addresses of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", PAGES)
def test_every_command_and_option_that_a_page_names_exists(name):
    found = {line: strangers(line) for line in named_commands(PAGES[name])}

    assert found or name in WITHOUT_COMMANDS
    assert {line: names for line, names in found.items() if names} == {}


def test_a_command_or_an_option_that_is_not_there_is_found():
    assert strangers("segmentation build --polycy policy.toml") == ["--polycy"]
    assert strangers("segmentation bild --policy policy.toml") == ["bild"]
    assert strangers("segmentation build --policy policy.toml") == []


@pytest.mark.parametrize("name", PAGES)
def test_every_option_that_a_page_names_alone_is_one_of_some_command(name):
    def options(command):
        inner = command.commands.values() if hasattr(command, "commands") else ()
        return own_options(command).union(*map(options, inner))

    named = set(re.findall(r"`(--[a-z-]+)", PAGES[name]))

    assert named - options(program()) - {"--help"} == set()


@pytest.mark.parametrize("name", PAGES)
def test_every_link_of_a_page_leads_somewhere(name):
    folder = ROOT if name == "README.md" else (DOCS / name).parent
    for link in re.findall(r"\]\(([^)]+)\)", PAGES[name]):
        if link.startswith("https://"):
            continue
        file, _, anchor = link.partition("#")
        target = folder / file if file else folder / Path(name).name
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), link


@pytest.mark.parametrize("name", PAGES)
def test_every_setting_that_a_page_names_is_read_somewhere(name):
    named = set(re.findall(r"SEGMENTATION_[A-Z_]+", PAGES[name]))
    known = {text for text in told_texts() if text.startswith("SEGMENTATION_")}

    assert named - known == set()


@pytest.mark.parametrize("name", GUIDES)
def test_every_message_that_a_guide_explains_is_one_that_the_program_gives(name):
    rows = re.search(r"\| “.*", PAGES[name], re.DOTALL)[0].splitlines()
    quoted = [text for row in rows for text in re.findall(r"“([^”]+)”", row.split(" | ")[0])]
    texts = "\n".join(told_texts())

    assert len(quoted) > 20
    assert [text for text in quoted if text not in texts] == []


def test_both_guides_have_the_same_parts_commands_and_messages():
    english, chinese = (PAGES[name] for name in GUIDES)
    for pattern in (r"^#+ ", r"^\| ", r"^\*\*\d\.", r"“([A-Z][^”]+)”"):
        assert len(re.findall(pattern, english, re.MULTILINE)) == len(
            re.findall(pattern, chinese, re.MULTILINE)
        )

    def bare(text):
        return [re.sub(r'"[^"]*"|--language \w+', "", line) for line in shell_lines(text)]

    assert bare(english) == bare(chinese)
    assert spans(english) == spans(chinese)


@pytest.mark.parametrize("name", GUIDES)
def test_the_guides_know_every_state(name):
    from typing import get_args

    from segmentation.ledger.standing import State

    table = PAGES[name].split("## ")[5]
    named = re.findall(r"^\| ([a-z]+(?: [a-z]+)?)(?:（.*?）)? \|", table, re.MULTILINE)
    assert {state.replace("_", " ") for state in get_args(State)} == set(named) - {"state"}


def test_a_suspended_version_is_superseded_as_the_guides_say():
    from tests.signed import Cast

    cast = Cast.assembled()
    cast.approve(1)
    cast.decide("suspend", "Mona", 1)
    assert cast.standing(1).state == "suspended"
    cast.approve(2)

    assert cast.standing(1).state == "superseded"
    assert "superseded when another version takes its place" in PAGES["review.md"]
    assert "其他版本启用后即被取代" in PAGES["review.zh.md"]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="OpenSSL is not installed")
def test_what_openssl_signs_as_the_page_says_verifies(tmp_path):
    import base64

    from segmentation.signing import PublicKey, Signed, canonical

    lines = [line for line in shell_lines(PAGES["trust.md"]) if line.startswith("openssl ")]
    (tmp_path / "approve.json").write_bytes(canonical({"type": "decision/1"}))
    for line in lines:
        words = [*shlex.split(line), *(["-pass"] if "genpkey" in line else ["-passin"]), "env:WORDS"]
        subprocess.run(
            words,
            cwd=tmp_path,
            check=True,
            capture_output=True,
            env={**os.environ, "WORDS": "long enough words"},
        )

    key = PublicKey.from_pem((tmp_path / "carol.pub.pem").read_bytes())
    signature = base64.b64encode((tmp_path / "approve.sig").read_bytes()).decode()
    assert len(lines) == 3
    assert key.verifies(Signed((tmp_path / "approve.json").read_text(encoding="utf-8"), signature))


def test_the_table_of_roles_is_the_one_of_the_ledger():
    from segmentation.ledger.signatures import WHO, words

    rows = re.findall(r"^\| ([a-z]+) \| ([^|]+) \|", PAGES["trust.md"], re.MULTILINE)
    told = {role: may for role, may in rows if role in set().union(*WHO.values())}

    assert set(told) == set().union(*WHO.values())
    for action, roles in WHO.items():
        assert {role for role, may in told.items() if words(action) in may} == set(roles), action


def test_the_table_of_settings_has_every_variable_that_is_trusted():
    from segmentation.cli import secrets
    from segmentation.ledger import trust

    table = PAGES["trust.md"].split("## Settings")[1]
    known = {
        trust.LEDGER,
        trust.ROOT_KEY,
        trust.BUNDLES,
        trust.WITNESS,
        secrets.PASSPHRASE,
        secrets.ROOT_PASSPHRASE,
    }

    assert known - set(re.findall(r"SEGMENTATION_[A-Z_]+", table)) == set()


# ---- The prediction API ------------------------------------------------------------------------------


def rows_of(name, columns):
    """The rows of the page's tables with so many columns, without their heads."""
    rows = [
        [cell.strip() for cell in line.split(" | ")] for line in PAGES[name].splitlines() if line[:2] == "| "
    ]
    return [
        [row[0].removeprefix("| "), *row[1:]] for row in rows if len(row) == columns and row[0] != "| ---"
    ]


@pytest.mark.parametrize(
    ("name", "none"), [("api.md", "none"), ("api.zh.md", "无"), ("residents.md", ""), ("residents.zh.md", "")]
)
def test_the_table_of_routes_is_the_one_of_the_service(name, none):
    from serving.routes import all_routes

    told = {tuple(row[:3]) for row in rows_of(name, 4) if row[0] in {"GET", "POST"}}

    listed = [one for one in all_routes() if one.is_about_one == name.startswith("residents")]
    assert told == {(one.method, f"`{one.path}`", one.scope or none) for one in listed}


@pytest.mark.parametrize("name", APIS)
def test_the_table_of_errors_is_the_one_of_the_service(name):
    from serving.problems import PROBLEMS

    told = [row[:2] for row in rows_of(name, 4) if row[1].isdigit()]

    assert told == [[f"`{slug}`", str(kind.status)] for slug, kind in PROBLEMS.items()]


@pytest.mark.parametrize("name", [*APIS, *RESIDENTS])
def test_the_table_of_limits_tells_what_holds_where_nothing_is_said(name):
    defaults = {
        option: parameter.default
        for command in ("serve", "keys issue")
        for parameter in found_command(command).params
        for option in parameter.opts
    }

    told = {
        re.findall(r"`(--[a-z-]+)`", row[0])[0]: float(row[1].replace(",", ""))
        for row in rows_of(name, 3)
        if row[0].startswith("`--")
    }
    api = ("--most-rows", "--most-explained", "--most-bytes", "--patience", "--grace", "--per-second")
    assert told.keys() == {*(("--residents-an-hour", "--answer-days") if name in RESIDENTS else api)}
    assert told == {option: float(defaults[option]) for option in told}


def found_command(words):
    command = program()
    for word in words.split():
        command = command.commands[word]
    return command


@pytest.mark.parametrize("name", APIS)
def test_the_table_of_metrics_is_the_one_of_the_service(name):
    from serving.exposition import Exposition
    from serving.metrics import SLOTS

    given = Exposition([0.0] * SLOTS, [[0.0] * SLOTS], 0, "m", 0.0).collect()

    told = {row[0].strip("`") for row in rows_of(name, 2) if row[0].startswith("`segmentation_")}
    assert told == {f"{one.name}{'_total' if one.type == 'counter' else ''}" for one in given}


@pytest.mark.parametrize("names", [APIS, RESIDENTS], ids=["api", "residents"])
def test_both_pages_of_the_api_have_the_same_requests_and_answers(names):
    english, chinese = (PAGES[name] for name in names)

    assert re.findall(r"```.*?```", english, re.DOTALL) == re.findall(r"```.*?```", chinese, re.DOTALL)
    assert spans(english) == spans(chinese)
    for pattern in (r"^#+ ", r"^\| "):
        assert len(re.findall(pattern, english, re.MULTILINE)) == len(
            re.findall(pattern, chinese, re.MULTILINE)
        )


def test_there_is_a_request_for_every_route_but_the_page():
    from serving.operations import PAGES as FOR_PEOPLE
    from serving.routes import all_routes

    lines = [line for name in ("api.md", "residents.md") for line, _, _ in SHOWN.findall(PAGES[name])]

    for route in all_routes():
        path = re.escape(route.path.replace("{ref}", "R-1024"))
        asked = [line for line in lines if re.search(rf"8000{path}(\?|\"|$)", line)]
        assert asked or route.name in FOR_PEOPLE, route.path


@pytest.mark.slow
def test_every_request_of_the_page_is_answered_as_it_shows(tmp_path, monkeypatch):
    from segmentation.vault import Keyring
    from tests.serving.made import Office
    from tests.serving.over_http import running

    office = Office.opened(tmp_path / "office")
    office.approve(1)
    (residents,) = re.findall(r"```json\n(\{\"residents\".*?)```", PAGES["api.md"], re.DOTALL)
    (tmp_path / "residents.json").write_text(residents, encoding="utf-8")
    key = office.issue()
    monkeypatch.setenv("SEGMENTATION_KEYRING", Keyring.generate(office.clock()).to_text())
    with running(office, vault=tmp_path) as address:
        for line, kind, shown in SHOWN.findall(PAGES["api.md"] + PAGES["residents.md"]):
            answered = requested(line, address, key, tmp_path)
            if kind == "json":
                assert fits(json.loads(shown), json.loads(answered)), (line, answered)
            else:
                assert fits(shown, answered.rstrip("\n")), (line, answered)


@pytest.mark.parametrize(
    ("shown", "answered", "expected"),
    [
        ({"a": 1}, {"a": 1}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ({"a": 1, "…": "…"}, {"a": 1, "b": 2}, True),
        ({"a": 1, "…": "…"}, {"b": 2}, False),
        (["x", "…"], ["x", "y"], True),
        (["x"], ["x", "y"], False),
        (["y", "…"], ["x", "y"], False),
        ("sha256:…", "sha256:12", True),
        ("sha256:…", "12", False),
        (True, 1, False),
        (1.0, 2.0, False),
    ],
)
def test_an_answer_that_is_not_as_shown_is_found(shown, answered, expected):
    assert fits(shown, answered) is expected


# ---- The pages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "anybody"), [("pages.md", "anybody"), ("pages.zh.md", "任何人")])
def test_the_table_of_pages_is_the_one_of_the_service(name, anybody):
    from serving.pages.table import all_pages

    expected = {}
    for page in all_pages():
        who = anybody if page.roles is None else ", ".join(page.roles)
        methods, _ = expected.setdefault(f"`{page.path}`", ([], who))
        methods.append(page.method)
    told = {row[1]: (row[2].split(", "), row[3].removesuffix(" |")) for row in rows_of(name, 4)[1:]}

    assert told == expected


def test_both_pages_about_pages_have_the_same_parts_and_commands():
    english, chinese = PAGES["pages.md"], PAGES["pages.zh.md"]

    for pattern in (r"^#+ ", r"^\| ", r"^- \*\*", r"^\*\*", r"^\d\. "):
        assert len(re.findall(pattern, english, re.MULTILINE)) == len(
            re.findall(pattern, chinese, re.MULTILINE)
        )
    assert shell_lines(english) == shell_lines(chinese)
    assert spans(english) == spans(chinese)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("pages.md", ("half an hour", "ten hours", "five within 15 minutes", "for 15 minutes")),
        ("pages.zh.md", ("半小时", "十小时", "15分钟内五次", "锁定15分钟")),
    ],
)
def test_the_pages_say_how_long_a_session_and_a_lock_last(name, words):
    from segmentation.ledger.attempts import LOCKED, MOST, WITHIN
    from serving.settings import Settings

    told = Settings.__dataclass_fields__
    assert (told["idle"].default, told["longest"].default) == (1_800.0, 36_000.0)
    assert (MOST, WITHIN.total_seconds(), LOCKED.total_seconds()) == (5, 900, 900)
    assert [word for word in words if word not in " ".join(PAGES[name].split())] == []
