"""What public functions and methods return, and public objects hold, by their annotations.

Annotations name what is imported for type checkers alone, so they are read from the source and not evaluated.
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
    text = annotation if isinstance(annotation, str) else ast.unparse(annotation)
    for word in dict.fromkeys(re.findall(r"[A-Za-z_]\w*", text)):
        home, name = names_of(module).get(word, (None, None))
        one = getattr(importlib.import_module(home), name, None) if home else None
        if inspect.isclass(one) and one.__module__.startswith("segmentation."):
            yield one


def told_by(public):
    """Yield the classes that a function returns, or that an object holds or returns."""
    if not inspect.isclass(public):
        yield from _returned(public)
        return
    for owner in public.__mro__:
        if not owner.__module__.startswith("segmentation."):
            continue
        tree = ast.parse(inspect.cleandoc("\n" + inspect.getsource(owner))).body[0]
        for node in tree.body:
            if isinstance(node, ast.AnnAssign) and not node.target.id.startswith("_"):
                yield from classes_in(node.annotation, owner.__module__)
        for name, member in vars(owner).items():
            if not name.startswith("_"):
                yield from _returned(_function(member))


def _function(member):
    if isinstance(member, property):
        return member.fget
    if isinstance(member, cached_property):
        return member.func
    return getattr(member, "__func__", member)


def _returned(function):
    function = inspect.unwrap(function) if callable(function) else function
    if not inspect.isfunction(function):
        return
    tree = ast.parse(inspect.cleandoc("\n" + inspect.getsource(function)))
    node = next(one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))
    if node.returns is not None:
        yield from classes_in(node.returns, function.__module__)


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
