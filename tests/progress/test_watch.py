"""A long function tells whoever listens, and is silent for everybody else."""

import ast
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import segmentation
from segmentation.progress import SILENT, Named, Silent, Steps, Watch, watched
from segmentation.progress.watch import bar, in_notebook
from tests.progress.heard import Heard


@pytest.mark.parametrize(
    "watch", [SILENT, Steps(print), Named(SILENT, {}), Heard()], ids=lambda watch: type(watch).__name__
)
def test_whoever_takes_steps_and_parts_can_listen(watch):
    assert isinstance(watch, Watch)


def test_a_callable_is_told_the_steps_alone_and_by_their_keys():
    told = []
    with watched(told.append, titles={"audit": "Auditing"}) as watch:
        watch("audit")
        watch.part("permutations", 1, 2)
    assert told == ["audit"]


def test_a_callable_is_told_the_one_step_of_a_function_that_has_no_other():
    told = []
    with watched(told.append, first="Auditing") as watch:
        watch.part("permutations", 1, 2)
    assert told == ["Auditing"]


def test_who_listens_already_is_not_told_of_a_first_step_again():
    heard = Heard()
    with watched(heard, first="Finding segments") as watch:
        watch.part("shuffles", 3, 99)
    assert heard.told == [("shuffles", 3, 99)]


def test_titles_stand_in_for_keys_and_parts_go_through():
    heard = Heard()
    watch = Named(heard, {"audit": "Auditing"})
    watch("audit")
    watch("erase:age_band")
    watch.part("shuffles", 3, 99)
    assert heard.told == ["Auditing", "erase:age_band", ("shuffles", 3, 99)]


def test_nothing_is_told_by_default():
    with watched(False, first="Auditing") as watch:
        assert isinstance(watch.watch, Silent)


def test_a_bar_where_no_terminal_is_writes_nothing(capfd):
    with watched(True, first="Auditing") as watch:
        watch.part("permutations", 1, 2)
    assert capfd.readouterr() == ("", "")


def test_a_script_and_ipython_on_a_terminal_are_no_notebook_and_a_kernel_is(monkeypatch):
    shells = {"none": None, "terminal": SimpleNamespace(), "kernel": SimpleNamespace(kernel=object())}
    found = {}
    for name, shell in shells.items():
        monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda shell=shell: shell))
        found[name] = in_notebook()
    monkeypatch.delitem(sys.modules, "IPython")
    assert found == {"none": False, "terminal": False, "kernel": True}
    assert not in_notebook()


def test_a_notebook_gets_its_own_bar(monkeypatch):
    monkeypatch.setattr("segmentation.progress.watch.in_notebook", lambda: True)
    monkeypatch.setattr("segmentation.progress.notebook.notebook_bar", lambda: "the notebook's")
    assert bar() == "the notebook's"


LONG = {"build", "frontier", "read_residents", "register", "score_file", "simulate", "store_residents"}
SOURCE = Path(segmentation.__file__).parent


def taken():
    """The name of each function of the package that takes `progress`, and what it says that is."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                arguments = [*node.args.args, *node.args.kwonlyargs]
                yield from (
                    (node.name, ast.unparse(one.annotation)) for one in arguments if one.arg == "progress"
                )


def test_progress_means_the_same_to_every_long_function():
    found = list(taken())
    assert {name for name, _ in found} >= LONG
    assert {kind for _, kind in found} == {"Progress"}
