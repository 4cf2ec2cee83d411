"""The reference pages that are written from the program itself: its commands, and the keys of a policy.

A page that says `<!-- commands -->` or `<!-- policy -->` gets what the program knows at that place, when the
documentation is built. So the reference cannot fall behind the program.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, cast

import typer.main

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

Schema = dict[str, Any]
FITTED = re.compile(r"(?<!`)\b(\w*[a-z])_(?=[^\w`]|$)")
MADE_BY_HAND = {"AsyncClient", "Client", "Mitigation", "Previous", "Segmenter"}
WRAPPED = re.compile(
    r"(?<=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef])\n(?=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef])"
)
"""Where a Chinese line is wrapped; a browser would show a space there."""
PARTS = re.compile(r"^<!-- (commands|policy) -->$", re.MULTILINE)


def commands_text() -> str:
    """Return every command of the program with its help and its options, as Markdown."""
    from segmentation.cli.main import app  # noqa: PLC0415 - at build time alone

    return "\n".join(_command_lines(typer.main.get_command(app), "segmentation"))


def _command_lines(command: Any, name: str) -> Iterator[str]:  # noqa: ANN401 - a command or a group of click
    for word, inner in getattr(command, "commands", {}).items():
        if inner.hidden:
            continue
        yield from ("", f"{'#' * (name.count(' ') + 2)} {name} {word}", "", *_help_lines(inner))
        if not hasattr(inner, "commands"):
            yield from _option_lines(inner)
        yield from _command_lines(inner, f"{name} {word}")


def _help_lines(command: Any) -> Iterator[str]:  # noqa: ANN401 - a command or a group of click
    yield _plain(command.help or "")
    example = (command.epilog or "").removeprefix("Example:").strip("` ")
    if example:
        yield from ("", "```sh", example, "```")


def _option_lines(command: Any) -> Iterator[str]:  # noqa: ANN401 - a command of click
    shown = [one for one in command.params if not getattr(one, "hidden", False) and one.name != "help"]
    if not shown:
        return
    yield from ("", "| option | what it is | where not given |", "| --- | --- | --- |")
    for one in shown:
        yield f"| {_option_name(one)} | {_cell(getattr(one, 'help', '') or '')} | {_default(one)} |"


def _option_name(one: Any) -> str:  # noqa: ANN401 - a parameter of click
    names = (*one.opts, *one.secondary_opts) if one.param_type_name == "option" else (one.name.upper(),)
    return ", ".join(f"`{name}`" for name in names)


def _default(one: Any) -> str:  # noqa: ANN401 - a parameter of click
    if one.required:
        return "required"
    told = [f"`{name}`" for name in ([one.envvar] if isinstance(one.envvar, str) else one.envvar or [])]
    if one.default not in (None, False, True, (), []) and not callable(one.default):
        told.append(f"`{one.default}`")
    return ", else ".join(told)


def policy_text() -> str:
    """Return every key of a policy with what it means, its type and its default, as Markdown."""
    from segmentation.policy import Policy  # noqa: PLC0415 - at build time alone

    schema = Policy.model_json_schema()
    parts = {"Policy": schema, **schema["$defs"]}
    return "\n".join(line for name, part in parts.items() for line in _part_lines(name, part))


def _part_lines(name: str, part: Schema) -> Iterator[str]:
    yield from ("", f"## {_title(name)}", "", _plain(part.get("description", "")), "")
    yield from ("| key | what it is | kind | where not given |", "| --- | --- | --- | --- |")
    required = part.get("required", ())
    for key, one in part.get("properties", {}).items():
        default = "required" if key in required else _shown(one.get("default"))
        yield f"| `{key}` | {_cell(one.get('description', ''))} | {_kind(one)} | {default} |"


def _title(name: str) -> str:
    return "The whole file" if name == "Policy" else name


def _kind(one: Schema) -> str:
    """Return what a value may be: its type, its choices, its range; other parts are linked."""
    if "$ref" in one:
        name = one["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in one:
        return " or ".join(dict.fromkeys(_kind(each) for each in one["anyOf"] if each.get("type") != "null"))
    if "enum" in one or "const" in one:
        return ", ".join(f"`{value}`" for value in one.get("enum", [one.get("const")]))
    if one.get("type") == "array":
        inner = one.get("items") or next(iter(one.get("prefixItems", [])), {})
        return f"list of {_kind(inner)}" if inner else "list"
    inner = next(iter(one.get("patternProperties", {}).values()), one.get("additionalProperties"))
    if isinstance(inner, dict):
        return f"table of {_kind(inner)}"
    return f"{one.get('type', 'any')}{_range(one)}"


def _range(one: Schema) -> str:
    signs = {"minimum": "≥", "exclusiveMinimum": "&gt;", "maximum": "≤", "exclusiveMaximum": "&lt;"}
    return "".join(f", {sign} {one[key]:g}" for key, sign in signs.items() if key in one)


def _shown(default: object) -> str:
    if default in (None, "", [], {}):
        return ""
    return f"`{json.dumps(default, ensure_ascii=False)}`"


def _plain(text: str) -> str:
    """Return a help text without the markup of a terminal."""
    return re.sub(r"\[/?[a-z ]+\]", "", text).replace("\b", "").strip()


def _cell(text: str) -> str:
    return _plain(" ".join(text.split())).replace("|", "\\|").replace("<", "&lt;")


def write_parts(app: Sphinx, page: str, source: list[str]) -> None:  # noqa: ARG001 - as Sphinx calls it
    """Put what is generated into the page that asks for it, and join Chinese lines."""
    made = {"commands": commands_text, "policy": policy_text}
    source[0] = PARTS.sub(lambda found: made[found[1]](), WRAPPED.sub("", source[0]))


def say_language(app: Sphinx, page: str, template: str, context: dict[str, object], tree: object) -> None:  # noqa: ARG001 - as Sphinx calls it
    """Say of a Chinese page that it is one, for whoever has it read aloud."""
    if page.endswith(".zh"):
        context["language"] = "zh-CN"


def mark_up(*told: object) -> None:
    """Write what ends with an underscore, as scikit-learn names what is fitted, so that it is no link."""
    lines = cast("list[str]", told[-1])
    lines[:] = [FITTED.sub(r"\1\_", line) for line in lines]


def hide_fields(*told: object) -> tuple[str, None] | None:
    """Leave out what a class is made from where the package makes it: its attributes are told below."""
    _, what, name, *_ = told
    is_made = what in {"class", "exception"} and str(name).rsplit(".", 1)[1] not in MADE_BY_HAND
    return ("", None) if is_made else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Have every page looked through when it is read."""
    app.connect("source-read", write_parts)
    app.connect("html-page-context", say_language)
    app.connect("autodoc-process-docstring", mark_up)
    app.connect("autodoc-process-signature", hide_fields)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
