"""A candidate becomes a version with all its evidence, or nothing of it stays."""

import errno
import json
import logging
import re
import shutil
import sqlite3
import struct
import subprocess
import zipfile
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import mlflow
import numpy as np
import pytest
import skops.io
from mlflow import MlflowClient
from sklearn.preprocessing import FunctionTransformer

from segmentation import home as home_module
from segmentation.clustering import Segmenter
from segmentation.errors import RegistryError, StorageError
from segmentation.home import Home
from segmentation.pipeline import build
from segmentation.registry import check_home, described, figures, load_segmenter, load_version, register
from segmentation.registry.inputs import residents_of

EVIDENCE = {
    "audit.json", "card/card.en.html", "card/card.en.md", "card/card.json", "card/card.zh.html",
    "card/card.zh.md", "choice.json", "plans.json", "policy.json", "profiles.json", "scorer.json",
    "scorer.onnx",
}  # fmt: skip
CHARTS = {"1_segments", "2_needs", "3_audit_worst_attribute", "4_number_of_segments"}
MODEL = {
    "MLmodel", "conda.yaml", "input_example.json", "model.skops", "python_env.yaml", "requirements.txt",
    "serving_input_example.json",
}  # fmt: skip
STEPS = (
    "create_run", "log_inputs", "log_batch", "log_artifacts", "create_logged_model", "log_model_artifacts",
    "finalize_logged_model", "log_outputs", "set_terminated", "create_registered_model",
    "create_model_version", "update_model_version", "set_registered_model_alias",
)  # fmt: skip


def files(folder):
    """Return the files under a folder, as paths relative to it."""
    return {path.relative_to(folder).as_posix() for path in Path(folder).rglob("*") if path.is_file()}


def aliases(client):
    """Return which version each alias of the model is."""
    found = client.get_registered_model("resident_needs").aliases
    return {alias: int(number) for alias, number in found.items()}


def nothing_is_left(home, client):
    """Check that a failed registration left no file, run, model or version."""
    experiments = [found.experiment_id for found in client.search_experiments()]
    assert files(home.artifacts) == set()
    assert list(client.search_runs(experiments)) == []
    assert list(client.search_logged_models(experiments)) == []
    assert list(client.search_model_versions()) == []


def test_a_version_holds_all_its_evidence(candidate, kept_home, client_of):
    client = client_of(kept_home)
    version = client.get_model_version(candidate.policy.name, "1")
    run = client.get_run(version.run_id)
    artifacts = Path(mlflow.artifacts.download_artifacts(run.info.artifact_uri))

    charts = {name for name in files(artifacts) if name.startswith("charts/")}
    assert files(artifacts) - charts == EVIDENCE
    assert {Path(name).name.split(".")[0] for name in charts} == CHARTS
    assert (
        files(artifacts.parents[1] / "models" / run.outputs.model_outputs[0].model_id / "artifacts") == MODEL
    )
    assert json.loads((artifacts / "audit.json").read_text())["verdict"] == candidate.audit.verdict
    assert (artifacts / "scorer.json").read_text() == candidate.scorer.to_json()
    assert (artifacts / "card" / "card.json").read_text(encoding="utf-8") == candidate.card.to_json()


def test_a_run_tells_what_can_be_compared(candidate, kept_home, client_of):
    client = client_of(kept_home)
    run = client.get_run(client.get_model_version(candidate.policy.name, "1").run_id)

    assert run.info.status == "FINISHED"
    assert client.get_experiment(run.info.experiment_id).name == candidate.policy.name
    assert run.data.params == figures.params(candidate)
    assert run.data.metrics == figures.metrics(candidate)
    assert run.data.tags["segmentation.state"] == "candidate"
    assert run.data.tags["segmentation.not_measured"] == "staying"
    assert run.data.tags["mlflow.note.content"].startswith("Audit: broken (")


def test_a_run_is_named_by_what_it_is_and_when(quick, candidate, home, client_of):
    now = datetime(2026, 7, 1, 8, 30, tzinfo=timezone(timedelta(hours=8)))

    named = register(candidate, home, now=now)

    digest = candidate.policy.digest.removeprefix("sha256:")[:8]
    run = client_of(home).get_run(named.run_id)
    assert run.info.run_name == f"6 segments, no mitigation, policy {digest}, 2026-07-01 00:30 UTC"


def test_a_callable_is_told_what_is_written_and_that_it_is_sent(quick, candidate, home):
    told = []

    register(candidate, home, progress=told.append)

    assert told == ["Writing card, charts and model", "Registering"]


def test_the_residents_are_the_runs_input_and_none_of_them_is_told(candidate, kept_home, client_of):
    run = client_of(kept_home).get_run(
        client_of(kept_home).get_model_version(candidate.policy.name, "1").run_id
    )

    (given,) = run.inputs.dataset_inputs
    assert given == residents_of(candidate)
    assert mlflow.data.get_source(given.dataset).to_dict()["tags"]["kept_by"] == candidate.policy.owner.en


def test_metrics_are_those_of_the_model_and_of_the_residents_too(candidate, kept_home, client_of):
    client = client_of(kept_home)
    version = client.get_model_version(candidate.policy.name, "1")
    model = client.get_logged_model(client.get_run(version.run_id).outputs.model_outputs[0].model_id)

    assert model.params == figures.params(candidate)
    assert {one.key: one.value for one in model.metrics} == figures.metrics(candidate)
    assert {one.dataset_name for one in model.metrics} == {"resident_needs residents"}


def test_experiment_model_and_version_are_described(candidate, home, client_of, quick):
    done = register(candidate, home, pages="https://segments.example/")
    client = client_of(home)

    experiment = client.get_experiment(client.get_run(done.run_id).info.experiment_id)
    assert experiment.tags["mlflow.note.content"] == described.of_experiment(candidate.policy)
    assert client.get_registered_model("resident_needs").description == described.of_model(candidate.policy)
    told = client.get_model_version("resident_needs", "1").description
    assert told == described.of_version(candidate.card, 1, "https://segments.example")


def test_a_version_of_before_these_columns_still_loads(home, registered, candidate, client_of):
    client = client_of(home)
    for tag in ("segmentation.state", "segmentation.not_measured", "mlflow.note.content"):
        client.delete_tag(registered.run_id, tag)
    client.delete_model_version_tag("resident_needs", "1", "segmentation.state")
    client.update_model_version("resident_needs", "1", "")
    shutil.rmtree(Path(registered.card).parents[1] / "charts")

    assert load_version(home, "resident_needs").card == candidate.card
    assert load_segmenter(home, "resident_needs").n_segments == 6


def test_an_address_of_pages_that_tells_a_password_is_refused_before_anything_is_written(candidate, tmp_path):
    with pytest.raises(RegistryError, match="without name, password or query") as told:
        register(candidate, Home(tmp_path / "home"), pages="https://carol:hush@segments.example")

    assert "hush" not in str(told.value)
    assert not (tmp_path / "home").exists()


def test_the_choice_is_kept_as_the_card_tells_it(candidate, kept_home, client_of):
    run = client_of(kept_home).get_run(
        client_of(kept_home).get_model_version(candidate.policy.name, "1").run_id
    )
    file = mlflow.artifacts.download_artifacts(f"{run.info.artifact_uri}/choice.json")

    kept, card = json.loads(Path(file).read_text(encoding="utf-8")), candidate.card.to_dict()
    assert list(kept) == ["choice", "stability", "changes", "migration"]
    assert all(kept[part] == card[part] for part in kept)
    assert kept["changes"] == {"since": None}


def test_the_tags_identify_the_version(candidate, residents, kept_home, client_of):
    version = client_of(kept_home).get_model_version(candidate.policy.name, "1")

    assert version.tags["policy_digest"] == candidate.policy.digest
    assert version.tags["data_digest"] == residents.digest
    assert version.tags["scorer_digest"] == candidate.scorer.digest
    assert version.tags["card_digest"] == candidate.card.digest
    assert (version.tags["audit_verdict"], version.tags["mitigation"]) == ("broken", "none")
    assert version.tags["segmentation.state"] == "candidate"
    assert set(version.tags) - {"audit_digest", "code_version", "segmentation.state"} == {
        "policy_digest", "data_digest", "scorer_digest", "card_digest", "audit_verdict", "mitigation",
    }  # fmt: skip


def test_the_same_data_and_policy_give_the_same_digests(policy, residents, candidate, home, registered):
    again = register(build(policy, residents, n_segments=6), home)

    assert again.tags == registered.tags
    assert (registered.version, again.version) == (1, 2)


def test_other_data_give_other_digests(policy, residents, home, registered):
    needs = residents.needs.assign(repair_requests=residents.needs["repair_requests"] + 1)

    other = register(build(policy, replace(residents, needs=needs), n_segments=6), home)

    assert other.tags["policy_digest"] == registered.tags["policy_digest"]
    for tag in ("data_digest", "scorer_digest", "card_digest"):
        assert other.tags[tag] != registered.tags[tag]


def test_the_alias_moves_to_the_new_version(candidate, kept_home, client_of):
    client = client_of(kept_home)

    assert aliases(client) == {"candidate": 2}
    assert {found.version for found in client.search_model_versions()} == {1, 2}


def test_the_card_is_where_it_is_said_to_be(registered):
    card = Path(registered.card)

    assert card.read_text(encoding="utf-8").lower().startswith("<!doctype html>")
    assert card.with_name("card.zh.html").exists()


def test_nothing_is_printed_and_nothing_of_mlflow_is_changed(candidate, tmp_path, monkeypatch, capfd):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    before = (mlflow.get_tracking_uri(), mlflow.get_registry_uri(), logging.getLogger("mlflow").level)

    register(candidate, Home(tmp_path / "home"))
    load_version(Home(tmp_path / "home"), candidate.policy.name)

    assert capfd.readouterr() == ("", "")
    assert (mlflow.get_tracking_uri(), mlflow.get_registry_uri(), logging.getLogger("mlflow").level) == before
    assert mlflow.active_run() is None
    assert files(elsewhere) == set()


def test_a_home_may_have_any_name(quick, candidate, tmp_path):
    home = Home(tmp_path / "住户 100% #1")

    registered = register(candidate, home)

    assert load_version(home, candidate.policy.name).scorer == candidate.scorer
    assert Path(registered.card).exists()


# ---- No resident stays inside -----------------------------------------------------------------------


def stored(folder):
    """Yield the content of every stored file, with archives unpacked."""
    for path in Path(folder).rglob("*"):
        if path.is_file():
            yield path.read_bytes()
        if path.is_file() and zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                yield from (archive.read(name) for name in archive.namelist())


def _data_sets(home):
    """Return what the database says of data sets, and check that it names their features."""
    with closing(sqlite3.connect(home.database)) as database:
        told = repr(database.execute("SELECT * FROM datasets").fetchall()).encode()
    assert b'"name": "repair_requests"' in told
    return told


def array_lengths(file):
    """Return the lengths of all arrays in a skops file."""
    with zipfile.ZipFile(file) as archive:
        arrays = [np.load(archive.open(name)) for name in archive.namelist() if name.endswith(".npy")]
    return {size for array in arrays for size in array.shape}


def test_no_resident_stays_inside(policy, residents, home):
    planted = 777.0625
    needs = residents.needs.assign(
        home_area_m2=residents.needs["home_area_m2"].where(residents.needs.index != 5, planted)
    )
    candidate = build(policy, replace(residents, needs=needs), n_segments=6)

    register(candidate, home)

    everything = b"\n".join(stored(home.root))
    words = set(re.findall(rb"\w+", everything)) | set(re.findall(rb"[\w-]+", everything))
    assert words.isdisjoint(ref.encode() for ref in residents.ids)
    assert residents.ids[5].encode() not in everything
    assert b"777.0625" not in everything
    assert not [name for name in policy.audited if f'"name": "{name}"'.encode() in _data_sets(home)]
    assert struct.pack("<d", planted) not in everything
    assert candidate.policy.name.encode() in words  # the search sees what is there
    assert max(array_lengths(next(home.root.rglob("model.skops")))) < 100


def test_labels_are_left_out_even_where_a_candidate_still_holds_them(
    policy, residents, candidate, home, tmp_path
):
    fitted = Segmenter.from_policy(policy, 6).fit(residents.needs)
    skops.io.dump(fitted, tmp_path / "fitted.skops")

    register(replace(candidate, segmenter=fitted), home)

    assert len(residents) in array_lengths(tmp_path / "fitted.skops")
    assert len(residents) not in array_lengths(next(home.root.rglob("model.skops")))


# ---- What is refused --------------------------------------------------------------------------------


def doubled(values):
    """Stand for somebody's own transformation."""
    return values * 2


def test_a_type_that_is_not_trusted_is_refused_before_a_run_is_made(candidate, tmp_path):
    spoilt = candidate.segmenter.without_residents()
    spoilt.encoder = FunctionTransformer(doubled)
    home = Home(tmp_path / "home")

    with pytest.raises(RegistryError, match=r"not trusted: .*doubled.*Segmenter.from_policy"):
        register(replace(candidate, segmenter=spoilt), home)

    assert not home.root.exists()


def test_what_cannot_be_stored_at_all_is_refused(candidate, tmp_path):
    spoilt = candidate.segmenter.without_residents()
    spoilt.segments_ = (segment for segment in candidate.scorer.segments)
    home = Home(tmp_path / "home")

    with pytest.raises(RegistryError, match="could not be serialized in the skops"):
        register(replace(candidate, segmenter=spoilt), home)

    assert not home.root.exists()


def test_a_disk_for_passing_files_that_is_full_is_told(candidate, tmp_path, monkeypatch):
    def full(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(skops.io, "dump", full)

    with pytest.raises(StorageError, match=r"could not be registered: no space left on device\. Make room"):
        register(candidate, Home(tmp_path / "home"))


def test_parts_that_do_not_belong_together_are_refused(policy, residents, candidate, tmp_path):
    other = Segmenter.from_policy(policy, 3).fit(residents.needs)
    home = Home(tmp_path / "home")

    with pytest.raises(RegistryError, match="was not made from its segmenter"):
        register(replace(candidate, segmenter=other), home)
    with pytest.raises(RegistryError, match="was not made from its scorer"):
        register(replace(candidate, segmenter=other, scorer=other.fold()), home)
    assert not home.root.exists()


# ---- Nothing half-written ---------------------------------------------------------------------------


@pytest.mark.parametrize("step", STEPS)
def test_a_full_disk_at_any_step_leaves_nothing(quick, candidate, home, client_of, monkeypatch, step):
    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(MlflowClient, step, full)
        with pytest.raises(
            StorageError, match=r"could not be registered: no space left on device\. Make room in"
        ):
            register(candidate, home)

    nothing_is_left(home, client_of(home))


def test_an_upload_that_breaks_off_leaves_no_file(quick, candidate, home, client_of, monkeypatch):
    whole = MlflowClient.log_model_artifacts

    def broken_off(client, model_id, folder):
        whole(client, model_id, folder)
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(MlflowClient, "log_model_artifacts", broken_off)

    with pytest.raises(StorageError, match="input/output error"):
        register(candidate, home)

    nothing_is_left(home, client_of(home))


def test_stopping_in_between_leaves_nothing(quick, candidate, home, client_of, monkeypatch):
    def stopped(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(MlflowClient, "create_model_version", stopped)

    with pytest.raises(KeyboardInterrupt):
        register(candidate, home)

    nothing_is_left(home, client_of(home))


def test_a_failure_leaves_the_version_before_it_alone(
    quick, candidate, home, client_of, registered, monkeypatch
):
    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(MlflowClient, "set_registered_model_alias", full)
        with pytest.raises(StorageError):
            register(candidate, home)

    assert aliases(client_of(home)) == {"candidate": 1}
    assert load_version(home, candidate.policy.name).version == 1


def test_where_even_taking_back_fails_the_first_trouble_is_told(quick, candidate, home, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    def gone(*args, **kwargs):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(MlflowClient, "log_artifacts", full)
    monkeypatch.setattr(MlflowClient, "delete_run", gone)

    with pytest.raises(StorageError, match="no space left on device"):
        register(candidate, home)


def test_what_a_killed_process_left_is_cleared_by_the_next(quick, candidate, home, client_of, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(MlflowClient, "delete_run", lambda *_: None)
        patch.setattr(MlflowClient, "delete_logged_model", lambda *_: None)
        patch.setattr(
            MlflowClient, "log_outputs", lambda *_: (_ for _ in ()).throw(OSError(errno.EIO, "gone"))
        )
        with pytest.raises(StorageError):
            register(candidate, home)
    client = client_of(home)
    experiment = client.get_experiment_by_name(candidate.policy.name).experiment_id
    somebody_elses = client.create_run(experiment).info.run_id
    assert len(client.search_runs([experiment])) == 2
    assert len(client.search_logged_models([experiment])) == 1

    registered = register(candidate, home)

    assert {run.info.run_id for run in client.search_runs([experiment])} == {
        registered.run_id,
        somebody_elses,
    }
    assert [model.source_run_id for model in client.search_logged_models([experiment])] == [registered.run_id]


@pytest.fixture
def tiny_disk(tmp_path):
    """A disk with room for a database and not for a version."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a disk of its own can only be mounted as root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_that_is_really_full_leaves_nothing(quick, candidate, tiny_disk, client_of, monkeypatch):
    monkeypatch.setattr(home_module, "ROOM", 0)
    home = Home(tiny_disk)

    with pytest.raises(StorageError, match="no space left on device"):
        register(candidate, home)

    nothing_is_left(home, client_of(home))


@pytest.mark.parametrize("act", [check_home, register])
def test_a_home_that_cannot_be_used_is_told_in_one_sentence(candidate, tmp_path, act):
    (tmp_path / "home").write_text("not a folder")
    home = Home(tmp_path / "home")

    with pytest.raises(StorageError, match=r"cannot be used: file exists\. Point SEGMENTATION_HOME"):
        act(home) if act is check_home else act(candidate, home)


def test_a_database_that_is_none_is_told_before_work_starts(tmp_path):
    home = Home(tmp_path)
    home.database.write_text("not a database, but long enough to be taken for one" * 100)

    with pytest.raises(StorageError, match="cannot be opened: file is not a database"):
        check_home(home)


def test_a_home_in_order_is_left_alone_by_the_check(kept_home):
    before = files(kept_home.root)

    check_home(kept_home)

    assert files(kept_home.root) == before
