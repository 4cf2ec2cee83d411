import json
import random

import pytest

from serving.calls import Refused
from serving.needs.layout import Layout
from serving.problems import problem_reply
from tests.serving.needs.made import by_row, needs, resident, scorer

MOST = 100
SPLIT = Layout("/data/{row}/{at}", "/columns/{at}", "/columns", "/data/{row}", "/data", "the columns")


def table(names, rows, most=MOST):
    return needs().table(names, rows, most, SPLIT)


def problem(read, *given):
    """Return the problem document that a reader refuses with, as it is sent."""
    with pytest.raises(Refused) as caught:
        read(*given)
    return problem_reply(caught.value, "0").body.decode()


# ---- Examples and tables ----------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["rows", "columns"])
def test_the_examples_of_the_document_are_sound(form):
    found = needs().read(json.dumps(needs().examples()[form]).encode(), 2)
    assert found.rows == 2
    assert found.imputed == ((), ("wide",))
    assert scorer().predict(found.arrays).shape == (2,)


def test_a_table_is_read_as_a_body_is():
    rows = [resident(), resident(channel=None, wide=13_700_000_000.5)]
    names = list(rows[0])
    found = table(names, [list(row.values()) for row in rows], MOST)
    again = needs().read(by_row(*rows), MOST)
    assert found.imputed == again.imputed == ((), ("channel",))
    assert scorer().scores(found.arrays).tolist() == scorer().scores(again.arrays).tolist()


def test_a_table_of_one_resident_is_ready_for_the_scorer_of_one():
    one = resident()
    assert table(list(one), [list(one.values())], MOST).one == needs().read(by_row(one), MOST).one


def test_the_faults_of_a_table_are_told_where_they_stand():
    names = ["class", "repairs", "ethnicity", "class"]
    with pytest.raises(Refused) as caught:
        table(names, [[True, 3, 1, True], [True, 300, 1, True], [True]], MOST)
    assert [(fault.pointer, fault.rule.split(":")[0]) for fault in caught.value.faults] == [
        ("/columns/2", "must not be sent"),
        ("/columns/3", "must not be sent twice"),
        ("/data/1/1", "must be within 0 and 60 (a year)"),
        ("/data/2", "must have one value for each column"),
    ]


def test_a_table_without_a_required_column_or_rows_is_refused():
    assert "must be given for every resident" in problem(table, ["class"], [[True]], MOST)
    assert "must hold at least one resident" in problem(table, ["class", "repairs"], [], MOST)
    assert "too-large" in problem(table, ["class", "repairs"], [[True, 1]] * 3, 2)


def test_a_table_of_strange_values_is_refused_as_a_body_is():
    for value in ("13800138000", float("nan"), [], {}, "3", True):
        with pytest.raises(Refused):
            table(["class", "repairs"], [[True, value]], MOST)


# ---- Nothing of a value is ever told -----------------------------------------------------------------

DIGITS = "0123456789"
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" + DIGITS
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
FAMILIES = "王李张刘陈杨黄赵吴周"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"


def id_number(dice):
    born = f"{dice.randint(1930, 2010)}{dice.randint(1, 12):02}{dice.randint(1, 28):02}"
    head = f"110105{born}{dice.randint(0, 999):03}"
    total = sum(int(digit) * weight for digit, weight in zip(head, WEIGHTS, strict=True))
    return head + "10X98765432"[total % 11]


def phone(dice):
    return f"1{dice.choice('3589')}{dice.randint(0, 10**9 - 1):09}"


def person(dice):
    return dice.choice(FAMILIES) + "".join(dice.choices(GIVEN, k=2))


def token(dice):
    return "".join(dice.choices(LETTERS, k=24))


SECRETS = (id_number, phone, person, token)


def in_value(dice, body, secret):
    row = dice.choice(body["residents"])
    value = int(secret) if secret.isdigit() and dice.random() < 0.5 else secret
    name = dice.choice([*row, "window_count", "ethnicity"])
    row[name] = dice.choice([value, [value], {"a": value}, {secret: 1}])


AROUND = (
    "{}",
    "{}",
    "{} ",
    "id_{}",
    "{}_2",
    "{}\n",
    "住户 {}",
    "业主{}",
    "/{}~",
    "repairs {}",
    "{}@example.cn",
)


def in_name(dice, body, secret):
    name = dice.choice(AROUND).format(secret)
    dice.choice([*body["residents"], body])[name] = dice.choice([1, None, "x", []])


def as_text(dice, body, _):
    text = json.dumps(body, ensure_ascii=dice.random() < 0.5)
    broken = dice.random()
    if broken < 0.1:
        return text[: dice.randrange(len(text))]
    return text.replace("3", "NaN", 1) if broken < 0.15 else text


def bad_payload(dice):
    """Return a body that must be refused, and the secret in it."""
    secret = dice.choice(SECRETS)(dice)
    body = {"residents": [resident() for _ in range(dice.randint(1, 3))]}
    dice.choice([in_value, in_name])(dice, body, secret)
    if dice.random() < 0.3 and all(len(one) == len(body["residents"][0]) for one in body["residents"]):
        columns = {name: [one.get(name) for one in body["residents"]] for name in body["residents"][0]}
        body = {"columns": columns, **{name: one for name, one in body.items() if name != "residents"}}
    return as_text(dice, body, secret).encode(errors="replace"), secret


def holds(document, secret):
    """Return whether a document tells a secret, as it is or in the escapes of JSON."""
    return secret in document or json.dumps(secret)[1:-1] in document or secret in str(json.loads(document))


@pytest.mark.parametrize("seed", range(4))
def test_no_answer_to_2500_bad_payloads_tells_the_value_or_the_name_sent(seed):
    dice = random.Random(seed)
    for _ in range(2_500):
        body, secret = bad_payload(dice)
        try:
            needs().read(body, MOST)
        except Refused as refused:
            assert not holds(problem_reply(refused, "0").body.decode(), secret)  # noqa: PT017 - not all are refused
        else:
            assert secret.encode() not in body  # the cut took it away


def test_the_check_for_secrets_would_notice_one_that_is_told():
    dice = random.Random(0)
    for make in SECRETS:
        secret = make(dice)
        told = Refused("invalid", f"`{secret}` is wrong.")
        assert holds(problem_reply(told, "0").body.decode(), secret)
        assert not holds(problem_reply(Refused("invalid", "It is wrong."), "0").body.decode(), secret)
