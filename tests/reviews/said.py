"""Every sentence that modules of the program can say, read from their source: with ``{}`` for what varies."""

import ast
import importlib
import re
from itertools import product
from pathlib import Path

from segmentation import errors

HOLE = "\0"
"""Stands for what varies."""
KINDS = {name for name in vars(errors) if name.endswith("Error")} | {"kind", "from_faults"}
VARIES = {"REVISION"}
"""Constants that change with the program, and the sentence with them."""
WORDS = 3
"""A text of fewer words is a name or a part, and no sentence."""


def said_in(name):
    """Return what a module can say; see `said`."""
    module = importlib.import_module(name)
    return said(Path(module.__file__).read_text(encoding="utf-8"), vars(module))


def said(source, known):
    """Return what a source can say: sentences of its errors and faults, and every other text of some words.

    Parameters
    ----------
    source : str
    known : dict of str to object
        What the names of the module are.

    Returns
    -------
    tuple of (set of str, set of str)
        With `HOLE` for what varies.
    """
    tree, reader = ast.parse(source), Reader(known)
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            child.parent = node
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _callee(node) in KINDS and node.args:
            reader.refused(node.args[0])
        elif isinstance(node, ast.Call) and _callee(node) == "Fault":
            for part in node.args[1:]:
                reader.refused(part)
        elif isinstance(node, ast.keyword) and node.arg == "why":
            reader.refused(node.value)
    others = {text for node in ast.walk(tree) for text in reader.other(node)}
    return _holed(reader.refusals), _holed(others - reader.refusals)


def _holed(texts):
    """Return texts in which two holes side by side are one."""
    return {re.sub(f"{HOLE}+", HOLE, text) for text in texts}


def _callee(call):
    if isinstance(call.func, ast.Call):
        return "kind"  # type(error)(…)
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


class Reader:
    """Reads the texts of one module; knows its names, so that a constant in a sentence is its text."""

    def __init__(self, known):
        self.known, self.refusals, self.seen = known, set(), set()

    def refused(self, node):
        self.refusals |= {text for text in self.texts(node) if text.strip(HOLE + " ")}

    def texts(self, node):
        """Return every text that an expression can be."""
        self.seen.add(node)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return [node.value]
        if isinstance(node, ast.JoinedStr):
            return ["".join(parts) for parts in product(*(self._part(value) for value in node.values))]
        if isinstance(node, ast.IfExp):
            return [*self.texts(node.body), *self.texts(node.orelse)]
        constant = self._constant(node)
        if constant is not None:
            return [constant]
        return self._assigned(node) if isinstance(node, ast.Name) else [HOLE]

    def _part(self, part):
        self.seen.add(part)
        if isinstance(part, ast.Constant):
            return [part.value]
        if part.conversion == ord("r"):
            return [f"'{HOLE}'"]
        form = part.format_spec.values[0].value if part.format_spec else ""
        return [
            format(int(text), form) if form and text.isdigit() else text for text in self.texts(part.value)
        ]

    def _constant(self, node):
        """Return what an expression is that names nothing but what the module knows."""
        names = [one.id for one in ast.walk(node) if isinstance(one, ast.Name)]
        if (
            not names
            or VARIES & set(names)
            or any(name not in self.known for name in names)
            or _is_local(node, names)
        ):
            return None
        if any(isinstance(one, ast.Call) for one in ast.walk(node)):
            return None
        value = eval(ast.unparse(node), self.known)  # an expression of our own source
        return str(value) if isinstance(value, str | int) else None

    def _assigned(self, node):
        """Return what a local name is given in its function: texts, or anything."""
        function = _function(node)
        if function is None:
            return [HOLE]
        texts = []
        for target, value, adds in (pair for one in ast.walk(function) for pair in _assignments(one)):
            if not isinstance(target, ast.Name) or target.id != node.id:
                continue
            if not isinstance(value, ast.JoinedStr | ast.Constant | ast.IfExp):
                return [HOLE]
            found = self.texts(value)
            texts = ["".join(pair) for pair in product(texts, found)] if adds else [*texts, *found]
        return texts or [HOLE]

    def other(self, node):
        """Return the texts of some words that no refusal took, and that are no docstring."""
        if not isinstance(node, ast.Constant | ast.JoinedStr) or node in self.seen or _is_document(node):
            return []
        if isinstance(getattr(node, "parent", None), ast.JoinedStr | ast.FormattedValue):
            return []
        if isinstance(node, ast.Constant) and not isinstance(node.value, str):
            return []
        return [text for text in self.texts(node) if len(re.findall(r"[A-Za-z]{2,}", text)) >= WORDS]


def _assignments(node):
    """Yield each name that a statement gives a value, the value, and whether it is added to."""
    if isinstance(node, ast.AugAssign):
        yield node.target, node.value, True
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
        values = node.value.elts if isinstance(node.value, ast.Tuple) else [None] * len(node.targets[0].elts)
        yield from (
            (target, value, False) for target, value in zip(node.targets[0].elts, values, strict=True)
        )
    elif isinstance(node, ast.Assign):
        yield node.targets[0], node.value, False
    elif isinstance(node, ast.For | ast.AnnAssign | ast.NamedExpr):
        yield node.target, getattr(node, "value", None), False


def _function(node):
    while node is not None and not isinstance(node, ast.FunctionDef):
        node = getattr(node, "parent", None)
    return node


def _is_local(node, names):
    function = _function(node)
    if function is None:
        return False
    given = {one.arg for one in ast.walk(function.args) if isinstance(one, ast.arg)}
    stored = {
        one.id for one in ast.walk(function) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
    }
    return bool((given | stored) & set(names))


def _is_document(node):
    """Whether a text is a docstring, or describes a field for who reads the schema."""
    parent = getattr(node, "parent", None)
    return isinstance(parent, ast.Expr) or (isinstance(parent, ast.keyword) and parent.arg == "description")
