"""What public functions and methods return, and public objects hold, by their annotations.

Annotations name what is imported for type checkers alone, so they are read as texts and not evaluated.
"""

import ast
import importlib
import inspect
import re
from functools import cache, cached_property


@cache
def names_of(module):
    """Every class of this project that a module's annotations may name: its own, and those it imports."""
    tree = ast.parse(inspect.getsource(importlib.import_module(module)))
    found = {node.name: (module, node.name) for node in tree.body if isinstance(node, ast.ClassDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("segmentation"):
            found |= {one.asname or one.name: (node.module, one.name) for one in node.names}
    return found


def classes_in(annotation, module):
    """Yield the classes of this project that an annotation names."""
    text = annotation.__name__ if inspect.isclass(annotation) else str(annotation)
    for word in dict.fromkeys(re.findall(r"[A-Za-z_]\w*", text)):
        home, name = names_of(module).get(word, (None, None))
        one = getattr(importlib.import_module(home), name, None) if home else None
        if inspect.isclass(one) and one.__module__.startswith("segmentation."):
            yield one


def returns(one):
    """Yield what a function, or each public method and property that a class itself has, says it returns.

    Each is an annotation, and the module that it stands in.
    """
    members = _open(vars(one)).values() if inspect.isclass(one) else [one]
    for function in filter(inspect.isfunction, map(_function, members)):
        yield function.__annotations__.get("return", ""), function.__module__


def told_by(public):
    """Yield the classes that a function returns, or that an object holds or returns."""
    for owner in public.__mro__ if inspect.isclass(public) else [public]:
        if owner.__module__.startswith("segmentation."):
            held = _open(vars(owner).get("__annotations__", {})).values()
            for annotation, module in (*((one, owner.__module__) for one in held), *returns(owner)):
                yield from classes_in(annotation, module)


def _open(members):
    return {name: value for name, value in members.items() if not name.startswith("_")}


def _function(member):
    if isinstance(member, property):
        return member.fget
    if isinstance(member, cached_property):
        return member.func
    return getattr(member, "__func__", member)


def reached(public, told_elsewhere=()):
    """Every class that somebody meets who begins with what is public.

    What is `told_elsewhere`, by the start of its module, is met and not followed further.
    """
    seen, waiting = set(), list(public)
    while waiting:
        for one in told_by(waiting.pop()):
            if one in seen or one.__name__.startswith("_"):
                continue
            seen.add(one)
            if not one.__module__.startswith(told_elsewhere):
                waiting.append(one)
    return seen
