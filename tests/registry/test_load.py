"""A version is found by number or alias, and refused where it is not what was registered."""

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import mlflow
import pytest
import skops.io
from sklearn.preprocessing import FunctionTransformer

from segmentation.card import ModelCard
from segmentation.clustering import Segmenter
from segmentation.errors import RegistryError, ScorerError, StorageError
from segmentation.home import Home
from segmentation.registry import Versions, load_previous, load_segmenter, load_version, register, versions_of

NAME = "resident_needs"


@dataclass(frozen=True)
class Stored:
    """Version 1 as it lies on the disk."""

    home: Home
    evidence: Path
    model: Path


@pytest.fixture(scope="module")
def stored_once(candidate, tmp_path_factory, client_of):
    home = Home(tmp_path_factory.mktemp("stored"))
    evidence = Path(register(candidate, home).card).parents[1]
    version = client_of(home).get_model_version(NAME, "1")
    return Stored(home, evidence, Path(mlflow.artifacts.download_artifacts(version.source)))


@pytest.fixture
def stored(stored_once, tmp_path):
    """Version 1, to be spoilt: its files are put back afterwards."""
    whole = shutil.copytree(stored_once.home.artifacts, tmp_path / "whole")
    yield stored_once
    shutil.rmtree(stored_once.home.artifacts)
    shutil.move(whole, stored_once.home.artifacts)


@pytest.mark.parametrize(("asked", "number"), [(None, 2), ("candidate", 2), (1, 1), ("1", 1), (2, 2)])
def test_a_version_is_found_by_number_or_alias(kept_home, asked, number):
    assert load_version(kept_home, NAME, asked).version == number


def test_what_is_loaded_is_what_was_registered(kept_home, candidate):
    found = load_version(kept_home, NAME)

    assert found.policy == candidate.policy
    assert found.scorer == candidate.scorer
    assert found.card == candidate.card
    assert found.tags["scorer_digest"] == candidate.scorer.digest


def test_residents_get_the_segments_that_the_segmenter_gives(kept_home, candidate, residents):
    segments = load_version(kept_home, NAME).segments_of(residents.needs[5:])

    assert list(segments.cat.categories) == list(candidate.scorer.segments)
    assert (segments.cat.codes.to_numpy() == candidate.segmenter.predict(residents.needs[5:])).all()
    assert segments.index.equals(residents.needs.index[5:])


def test_a_later_fit_is_given_what_it_takes_to_keep_segments(kept_home, candidate):
    previous = load_previous(kept_home, NAME, 1)

    assert (previous.version, previous.policy, previous.scorer) == (1, candidate.policy, candidate.scorer)
    assert previous.names == {profile.segment: profile.name for profile in candidate.profiles}
    assert previous.retired == ()


def renumbered(candidate, *new):
    """Return the candidate as if its last segments had other ids, and were compared with nothing."""
    ids = (*candidate.scorer.segments[: -len(new)], *new)
    segmenter = candidate.segmenter.named(ids)
    old = dict(zip(candidate.scorer.segments, ids, strict=True))
    scorer = segmenter.fold()
    content = json.dumps(candidate.card.to_dict())
    for before, after in old.items():
        content = content.replace(f'"{before}"', f'"{after}"')
    content = content.replace(candidate.scorer.digest, scorer.digest)
    return replace(candidate, segmenter=segmenter, scorer=scorer, card=ModelCard.from_json(content))


def test_an_id_of_any_version_is_not_given_again_whether_or_not_it_was_approved(candidate, home):
    for one in (candidate, renumbered(candidate, "S7", "S9"), renumbered(candidate, "S8")):
        register(one, home)
    assert load_previous(home, NAME, 1).retired == ("S7", "S8", "S9")
    assert load_previous(home, NAME, 2).retired == ("S5", "S6", "S8")


def test_a_version_whose_card_cannot_be_read_stands_in_the_way(candidate, home, quick):
    register(candidate, home)
    register(candidate, home)
    spoilt = min(home.artifacts.rglob("card.json"), key=lambda file: file.stat().st_mtime)
    spoilt.write_text("{}")
    cards = {number: refused(home, number) for number in (1, 2)}
    assert "nobody knows which ids its segments have" in "".join(cards.values())


def refused(home, number):
    with pytest.raises(RegistryError) as error:
        load_previous(home, NAME, number)
    return str(error.value)


def test_the_versions_of_a_model_are_listed_with_their_aliases(kept_home):
    assert versions_of(kept_home, NAME) == Versions((1, 2), {"candidate": 2})
    assert versions_of(kept_home, "another_model") == Versions((), {})


def test_a_home_without_a_registry_has_no_versions_to_list(tmp_path):
    with pytest.raises(RegistryError, match=r"Nothing is registered in .* Run `segmentation build` first"):
        versions_of(Home(tmp_path / "home"), NAME)


def test_a_missing_feature_is_told(kept_home, residents):
    with pytest.raises(ScorerError, match="'repair_requests' is missing"):
        load_version(kept_home, NAME).segments_of(residents.needs.drop(columns="repair_requests"))


def test_the_segmenter_comes_back_as_it_was(kept_home, candidate, residents):
    segmenter = load_segmenter(kept_home, NAME, "candidate")

    assert (segmenter.predict(residents.needs) == candidate.segmenter.predict(residents.needs)).all()
    assert not hasattr(segmenter, "labels_")


@pytest.mark.parametrize(
    ("name", "version", "told"),
    [
        ("residents", None, "No model named 'residents' is registered. Registered: resident_needs."),
        (NAME, 3, "resident_needs has no version 3. Versions: 1, 2; aliases: candidate is 2."),
        (
            NAME,
            "approved",
            "resident_needs has no version 'approved'. Versions: 1, 2; aliases: candidate is 2.",
        ),
        (NAME, "0", "resident_needs has no version '0'. Versions: 1, 2; aliases: candidate is 2."),
    ],
)
@pytest.mark.parametrize("load", [load_version, load_segmenter])
def test_what_is_not_there_is_told_with_what_is(kept_home, load, name, version, told):
    with pytest.raises(RegistryError) as refused:
        load(kept_home, name, version)

    assert str(refused.value) == told


def test_a_model_without_versions_says_so(home, client_of):
    client_of(home).create_registered_model(NAME)

    with pytest.raises(RegistryError, match=r"has no version None\. Versions: none; aliases: none"):
        load_version(home, NAME)


def test_a_home_in_which_nothing_was_registered_says_so_and_stays_empty(tmp_path):
    with pytest.raises(RegistryError, match=r"Nothing is registered in .* Run `segmentation build` first"):
        load_version(Home(tmp_path / "home"), NAME)

    assert list(tmp_path.iterdir()) == []


# ---- Changed by hand --------------------------------------------------------------------------------


def shifted(text):
    """Return a scorer that was moved a little."""
    raw = json.loads(text)
    raw["constant"][0] -= 0.5
    return json.dumps(raw)


@pytest.mark.parametrize(
    ("file", "change", "told"),
    [
        ("scorer.json", shifted, "is not what was registered: scorer_digest differs"),
        ("scorer.json", lambda _: "{}", "cannot be read: .*changed after it was registered"),
        ("policy.json", lambda text: text.replace("730", "7300"), "policy_digest differs"),
        (
            "policy.json",
            lambda text: text.replace('"kind": "flag"', '"kind": "share"', 1),
            "policy_digest differs",
        ),
        ("policy.json", lambda _: "not JSON", "cannot be read"),
        ("card/card.json", lambda text: text.replace('"broken"', '"kept"'), "changed after|differs"),
        ("card/card.json", lambda _: "{}", "cannot be read: This is not a card"),
    ],
)
def test_a_file_that_was_changed_is_refused(stored, file, change, told):
    path = stored.evidence / file
    text = path.read_text(encoding="utf-8")
    path.write_text(change(text), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != text

    with pytest.raises(RegistryError, match=f"Version 1 of {NAME} .*({told})"):
        load_version(stored.home, NAME)


@pytest.mark.parametrize("tag", ["scorer_digest", "data_digest", "audit_verdict", "code_version"])
def test_a_tag_that_was_changed_is_refused(stored, client_of, tag):
    client = client_of(stored.home)
    before = client.get_model_version(NAME, "1").tags[tag]
    client.set_model_version_tag(NAME, "1", tag, "kept")

    with pytest.raises(RegistryError, match=f"is not what was registered: {tag} differs"):
        load_version(stored.home, NAME)

    client.set_model_version_tag(NAME, "1", tag, before)
    assert load_version(stored.home, NAME).tags[tag] == before


def test_a_file_that_is_no_text_is_refused(stored):
    (stored.evidence / "scorer.json").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(RegistryError, match=f"Version 1 of {NAME} cannot be read"):
        load_version(stored.home, NAME)


def test_a_file_that_is_gone_is_told(stored):
    (stored.evidence / "scorer.json").unlink()

    with pytest.raises(RegistryError, match=f"{NAME} could not be loaded, because .*scorer.json"):
        load_version(stored.home, NAME)


def test_a_file_that_cannot_be_read_is_told(stored):
    (stored.evidence / "scorer.json").unlink()
    (stored.evidence / "scorer.json").mkdir()

    with pytest.raises(StorageError, match="could not be loaded: is a directory"):
        load_version(stored.home, NAME)


def test_a_version_from_elsewhere_is_refused(home, client_of):
    client_of(home).create_registered_model(NAME)
    client_of(home).create_model_version(NAME, "https://example.org/model")

    with pytest.raises(RegistryError, match="was not registered by `segmentation build`"):
        load_version(home, NAME)


def test_another_segmenter_in_its_place_is_refused(stored, policy, residents):
    other = Segmenter.from_policy(policy, 3).fit(residents.needs).without_residents()
    skops.io.dump(other, stored.model / "model.skops")

    with pytest.raises(RegistryError, match=f"model file of Version 1 of {NAME} is not what was registered"):
        load_segmenter(stored.home, NAME)


def spoilt(values):
    """Stand for code that somebody slipped into a model."""
    return values


def test_a_slipped_in_type_is_refused_whatever_the_model_file_trusts(stored):
    skops.io.dump(FunctionTransformer(spoilt), stored.model / "model.skops")
    trusts = (
        (stored.model / "MLmodel")
        .read_text()
        .replace("- numpy.dtype", "- numpy.dtype\n    - test_load.spoilt")
    )
    (stored.model / "MLmodel").write_text(trusts)

    with pytest.raises(RegistryError, match=r"not trusted: .*spoilt"):
        load_segmenter(stored.home, NAME)


def test_a_damaged_model_file_is_told(stored):
    (stored.model / "model.skops").write_bytes(b"damaged")

    with pytest.raises(RegistryError, match="The stored model cannot be read"):
        load_segmenter(stored.home, NAME)


def test_a_model_that_is_no_segmenter_is_refused(stored):
    skops.io.dump({"segmenter": 1}, stored.model / "model.skops")

    with pytest.raises(RegistryError, match="holds no segmenter"):
        load_segmenter(stored.home, NAME)


def test_mlflow_itself_loads_the_model_for_notebooks(stored, residents, candidate):
    model = mlflow.pyfunc.load_model(str(stored.model))

    assert (model.predict(residents.needs) == candidate.segmenter.predict(residents.needs)).all()


def test_a_home_that_is_only_read_is_not_written_to(kept_home):
    before = {path: path.stat().st_mtime_ns for path in kept_home.root.rglob("*")}

    load_version(kept_home, NAME)
    load_segmenter(kept_home, NAME)

    assert {path: path.stat().st_mtime_ns for path in kept_home.root.rglob("*")} == before
