"""MLflow's scoring protocol, held against MLflow's own server with the same model, payload by payload."""

import json
from importlib.metadata import version as installed

import pytest

from serving.calls import Refused
from serving.invocations import MLFLOW, QUICK_BELOW, invocations, invocations_quickly, ping, version
from serving.predict import predict
from tests.serving.answering import Desk
from tests.serving.fitted import desk_of, fitted, policy

CSV, JSON = "text/csv", "application/json"


@pytest.fixture(scope="module")
def model():
    return fitted()


@pytest.fixture(scope="module")
def desk(begun_office, model):
    return desk_of(Desk.of(begun_office), model.scorer)


@pytest.fixture(scope="module")
def served_by_mlflow(model, tmp_path_factory):
    """The registered model, as `mlflow models serve` loads it."""
    import mlflow.pyfunc

    from segmentation.registry.model import save_model

    folder = tmp_path_factory.mktemp("mlflow") / "model"
    save_model(model.segmenter, policy(), folder)
    return mlflow.pyfunc.load_model(str(folder))


def asked_of_mlflow(served, payload, media=JSON):
    from mlflow.pyfunc.scoring_server import invocations as theirs

    body = payload if isinstance(payload, str) else json.dumps(payload)
    return theirs(body.encode(), media, served, served.metadata.get_input_schema())


def frame(model, *, missing):
    """Return residents as a table; without missing values, those who have none."""
    needs = model.needs[model.read]
    return (needs if missing else needs.dropna()).astype(object)


def sent_by_mlflow(frame):
    """Return what `mlflow.pyfunc.scoring_server.client` sends for a frame: NaN where a value is missing."""
    return json.dumps({"dataframe_split": frame.reset_index(drop=True).to_dict(orient="split")})


def payloads(model):
    """Yield every form in which MLflow's server takes a table of these columns, and a name for it."""
    whole, some = frame(model, missing=False), frame(model, missing=True)
    split = json.loads(some.to_json(orient="split", double_precision=15))
    yield "split", {"dataframe_split": split | {"index": list(range(len(some)))}}, JSON
    yield "split without index", {"dataframe_split": {key: split[key] for key in ("columns", "data")}}, JSON
    yield "split of one", {"dataframe_split": {"columns": split["columns"], "data": split["data"][:1]}}, JSON
    backwards = some[some.columns[::-1]]
    turned = json.loads(backwards.to_json(orient="split", double_precision=15))
    yield "split in another order", {"dataframe_split": {k: turned[k] for k in ("columns", "data")}}, JSON
    records = json.loads(some.to_json(orient="records", double_precision=15))
    yield "records", {"dataframe_records": records}, JSON
    yield "records with no parameters", {"dataframe_records": records, "params": None}, JSON
    yield "split as MLflow's client writes it", sent_by_mlflow(some), JSON
    yield "records with NaN", json.dumps({"dataframe_records": some.to_dict(orient="records")}), JSON
    plain = json.loads(whole.to_json(orient="records", double_precision=15))
    yield "instances", {"instances": plain}, JSON
    yield "inputs by record", {"inputs": plain}, JSON
    columns = json.loads(whole.to_json(orient="split", double_precision=15))
    lists = dict(zip(columns["columns"], map(list, zip(*columns["data"], strict=True)), strict=True))
    yield "inputs by column", {"inputs": lists}, JSON
    yield "instances by column", {"instances": lists}, JSON
    yield "inputs of one", {"inputs": plain[0]}, JSON
    yield "csv", some.to_csv(index=False), CSV
    yield "csv with words for nothing", some.to_csv(index=False, na_rep="NaN"), CSV
    yield "csv with a byte order mark", "\ufeff" + some.to_csv(index=False), CSV
    yield "csv with other line ends", some.to_csv(index=False, lineterminator="\r\n") + "\r\n", CSV
    yield "csv with its index", some.reset_index(drop=True).to_csv(), CSV


FORMS = [
    *("split", "split without index", "split of one", "split in another order", "records"),
    *(
        "records with no parameters",
        "split as MLflow's client writes it",
        "records with NaN",
        "instances",
        "inputs by record",
        "inputs by column",
    ),
    *("instances by column", "inputs of one", "csv", "csv with words for nothing"),
    *("csv with a byte order mark", "csv with other line ends", "csv with its index"),
]


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_the_answer_is_that_of_mlflows_server_to_the_letter(desk, model, served_by_mlflow, form):
    payload, media = {name: rest for name, *rest in payloads(model)}[form]
    expected = asked_of_mlflow(served_by_mlflow, payload, media)
    assert expected.status == 200
    body = payload.encode() if isinstance(payload, str) else payload
    reply = desk.ask(invocations, body, media=media)
    assert reply.body.decode() == expected.response
    assert (reply.status, reply.media.decode()) == (expected.status, expected.mimetype)
    assert desk.call.rows == len(json.loads(reply.body)["predictions"])


def test_every_form_is_compared(model):
    assert [name for name, *_ in payloads(model)] == FORMS


def predictions(desk, payload, media=JSON):
    body = payload.encode() if isinstance(payload, str) else payload
    reply = desk.ask(invocations, body, media=media)
    return json.loads(reply.body)["predictions"]


@pytest.mark.parametrize("form", FORMS)
def test_predictions_are_the_labels_of_the_fitted_estimator(desk, model, form):
    payload, media = {name: rest for name, *rest in payloads(model)}[form]
    found = predictions(desk, payload, media)
    by_form = frame(model, missing="in" not in form.split()[0])
    expected = model.segmenter.predict(model.needs.loc[by_form.index]).tolist()
    assert found == expected[: len(found)]
    assert len(found) == (1 if "one" in form.split() else len(expected))


def test_rows_without_names_are_read_in_the_order_of_the_models_columns(desk, model):
    for form in ("instances", "inputs"):
        assert predictions(desk, {form: model.rows}) == model.labels


def test_a_version_that_reads_less_takes_the_tables_of_the_one_before(desk):
    wide, narrow = fitted("plain"), fitted("mitigated")
    after = desk_of(desk, narrow.scorer)
    split = {"columns": wide.read, "data": wide.rows}
    for payload in (
        {"dataframe_split": split},
        {"dataframe_records": wide.records},
        {"instances": wide.rows},
        {"inputs": wide.columns},
        {"inputs": narrow.rows},
        {"dataframe_records": [wide.records[0] | {"phone_contact": 1}], "params": {}},
    ):
        found = predictions(after, payload)
        assert found == narrow.labels[: len(found)]
    assert desk.ask(invocations, {"instances": wide.rows[:1]}).body.startswith(b'{"predictions": [')


def test_needs_that_are_left_out_count_as_missing(desk, model):
    records = [{key: value for key, value in one.items() if value is not None} for one in model.records]
    assert predictions(desk, {"dataframe_records": records}) == model.labels


@pytest.mark.slow
def test_mlflows_client_writes_a_missing_value_as_the_comparison_has_it(model):
    from mlflow.utils.proto_json_utils import dump_input_data

    some = frame(model, missing=True).reset_index(drop=True)
    assert "NaN" in dump_input_data(some)
    assert dump_input_data(some) == sent_by_mlflow(some)


def test_nan_is_a_missing_value_here_and_nowhere_else(desk, model):
    body = json.dumps({"dataframe_records": model.records}).replace("null", "NaN")
    assert "NaN" in body
    assert predictions(desk, body) == model.labels
    with pytest.raises(Refused) as caught:
        desk.ask(predict, body.replace("dataframe_records", "residents").encode())
    assert (caught.value.slug, "NaN" in caught.value.detail) == ("malformed", True)


@pytest.mark.parametrize("word", ["Infinity", "-Infinity", "-NaN", "nan"])
def test_an_infinity_is_refused_here_too(desk, word):
    refused = refusal(desk, f'{{"dataframe_records": [{{"home_area_m2": {word}}}]}}')
    assert refused.slug == "malformed"


def test_nan_where_a_table_should_be_is_refused_as_null_is(desk):
    for form in ("dataframe_split", "dataframe_records", "inputs"):
        assert refusal(desk, f'{{"{form}": NaN}}').faults == refusal(desk, f'{{"{form}": null}}').faults


@pytest.mark.slow
def test_mlflows_client_reads_the_answer(desk, model):
    from mlflow.pyfunc.scoring_server.client import PredictionsResponse

    reply = desk.ask(invocations, {"dataframe_records": model.records})
    told = PredictionsResponse.from_json(reply.body.decode()).get_predictions()
    assert told[0].tolist() == model.labels


def test_true_and_false_in_csv_are_a_flag(desk, model):
    flags = [name for name, feature in policy().features.items() if feature.kind == "flag"]
    some = frame(model, missing=True)
    for name in flags:
        some[name] = some[name].map({0.0: "False", 1.0: "true"})
    assert flags
    assert predictions(desk, some.to_csv(index=False), CSV) == model.labels


# ---- What is refused, where MLflow's server is silent -----------------------------------------------


def refusal(desk, payload, media=JSON):
    body = payload.encode() if isinstance(payload, str) else payload
    with pytest.raises(Refused) as caught:
        desk.ask(invocations, body, media=media)
    return caught.value


@pytest.mark.parametrize("form", ["dataframe_records", "instances", "inputs"])
@pytest.mark.parametrize(
    ("field", "article"), [("ethnicity", "PIPL Art."), ("age_band", "PIPL Art."), ("rent", "")]
)
def test_a_column_that_the_policy_does_not_allow_is_refused_and_named(desk, model, form, field, article):
    records = [one | {field: "壮族"} for one in model.records[:3]]
    refused = refusal(desk, {form: records})
    (fault,) = refused.faults
    assert (refused.slug, field in fault.rule) == ("invalid", True)
    assert article in (fault.article or "")
    assert "壮族" not in str(vars(refused))


def test_a_forbidden_column_is_refused_in_every_other_form(desk, model):
    names, rows = [*model.read, "ethnicity"], [[*row, "Zhuang"] for row in model.rows[:2]]
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    csv = "\n".join([",".join(names), *(",".join(map(str, row)) for row in rows)])
    for payload, media in (
        ({"dataframe_split": {"columns": names, "data": rows}}, JSON),
        ({"inputs": {name: list(column) for name, column in columns.items()}}, JSON),
        ({"inputs": {name: column[0] for name, column in columns.items()}}, JSON),
        (csv, CSV),
    ):
        refused = refusal(desk, payload, media)
        assert any("ethnicity" in fault.rule for fault in refused.faults)
        assert "Zhuang" not in str(vars(refused))


def test_a_value_that_looks_like_a_number_of_a_person_is_refused_and_not_shown(desk, model):
    for value in ("13800138000", 13800138000, "11010519491231002X"):
        refused = refusal(desk, {"dataframe_records": [model.records[0] | {"repair_requests": value}]})
        assert refused.faults[0].article is not None
        assert str(value) not in str(vars(refused))


@pytest.mark.parametrize("media", [JSON, CSV])
def test_more_residents_than_the_settings_allow_are_refused(begun_office, desk, media):
    few = Desk.of(begun_office, desk.served, most_rows=2)
    for rows, is_taken in (([90] * 2, True), ([90] * 3, False)):
        body = {"inputs": {"home_area_m2": rows}} if media == JSON else "home_area_m2\n" + "90\n" * len(rows)
        if is_taken:
            assert len(predictions(few, body, media)) == 2
        else:
            assert refusal(few, body, media).slug == "too-large"


# ---- In the event loop ------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["split of one", "inputs of one"])
def test_what_is_answered_quickly_is_the_same_answer(desk, model, form):
    payload, media = {name: rest for name, *rest in payloads(model)}[form]
    assert desk.ask(invocations_quickly, payload, media=media) == desk.ask(invocations, payload, media=media)
    assert (desk.call.served, desk.call.rows) == (desk.served, 1)


def test_what_is_large_or_must_be_read_with_care_is_not_answered_quickly(desk, model):
    sound = json.dumps({"dataframe_records": model.records[:2]}).encode()
    assert desk.ask(invocations_quickly, sound.ljust(QUICK_BELOW - 1)) == desk.ask(invocations, sound)
    for body in (
        sound.ljust(QUICK_BELOW),
        {"dataframe_records": [model.records[0] | {"ethnicity": 1}]},
        {"dataframe_records": [model.records[0] | {"repair_requests": "?"}]},
        {"dataframe_split": {"columns": ["home_area_m2", "home_area_m2"], "data": [[90, 90]]}},
    ):
        assert desk.ask(invocations_quickly, body) is None


# ---- GET /ping and /version -------------------------------------------------------------------------


def test_ping_answers_as_mlflow_does_while_a_version_is_served(begun_office, desk):
    reply = desk.ask(ping)
    assert (reply.status, reply.body) == (200, b"\n")
    closed = Desk.of(begun_office, desk.served)
    closed.state.watch.version = None
    with pytest.raises(Refused, match="not-approved"):
        closed.ask(ping)


def test_the_version_is_that_of_mlflow_whose_server_the_answers_were_held_against(desk):
    assert desk.ask(version).body.decode() == MLFLOW == installed("mlflow")
