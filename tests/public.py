"""What is public, as the code and the reference say it: no list by hand that would forget what is new."""

import importlib
import re
from dataclasses import fields, is_dataclass
from pathlib import Path

import segmentation
from tests.returned import classes_in, returns

REFERENCE = Path(__file__).parents[1] / "docs/reference/python.md"
DIRECTIVE = re.compile(r"^\.\. (currentmodule|autofunction|autoclass|autoexception):: (\S+)", re.MULTILINE)


def named():
    """Every object with a name of its own: those of the package, and those that the reference lists."""
    return offered() | {_object(name) for name in listed()}


def offered():
    """What `import segmentation` offers under a name."""
    return {getattr(segmentation, name) for name in segmentation._HOMES}


def met():
    """Every class that a user meets: offered, given by what the reference lists, or by what that gives."""
    whole = {one for public in named() for one in returned(public)}
    whole |= {one for one in offered() if isinstance(one, type)}
    return whole | {one for kind in whole for one in (*returned(kind), *held(kind))}


def listed():
    """The full names of what the reference lists."""
    module = ""
    for directive, name in DIRECTIVE.findall(REFERENCE.read_text(encoding="utf-8")):
        if directive == "currentmodule":
            module = name
        else:
            yield name if name.startswith("segmentation.") else f"{module}.{name}"


def _object(name):
    home, _, last = name.rpartition(".")
    return getattr(importlib.import_module(home), last)


def returned(one):
    """The classes of ours that a function, or a public method or property of a class, says it returns."""
    for annotation, module in returns(one):
        yield from _ours(annotation, module)


def held(kind):
    """The classes of ours that the fields of a class hold and show, but for parts from the same module."""
    for field in fields(kind) if is_dataclass(kind) else ():
        if field.repr and not field.name.startswith("_"):
            found = _ours(field.type, kind.__module__)
            yield from (one for one in found if one.__module__ != kind.__module__)


def _ours(annotation, module):
    """The classes of ours that an annotation is, or may be: who holds a tuple shows what stands in it."""
    text = annotation.__name__ if isinstance(annotation, type) else str(annotation)
    for part in filter(str.isidentifier, (one.strip(" '\"") for one in text.split("|"))):
        yield from classes_in(part, module)
