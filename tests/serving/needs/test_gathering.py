from segmentation.answers import Fault, Texts
from serving.needs.gathering import MOST_TOLD, Gathered, Wording, refused

LAW = Wording("must not be sent", "leave it out", "PIPL Art. 6", Texts("why", "为何"))


def add(gathered, field, rule="rule", wording=LAW):
    gathered.add(field, rule, lambda: f"/{field}", lambda: wording)


def test_nothing_is_gathered_at_first():
    assert not Gathered()


def test_a_fault_is_told_once_with_its_number():
    gathered = Gathered()
    add(gathered, "a", "one")
    add(gathered, "a", "other", Wording("is wrong", "mend it"))
    add(gathered, "a", "one")
    assert gathered
    assert gathered.refused().faults == (
        Fault(
            "/a",
            "must not be sent; so for 2 residents, of whom this is the first",
            "leave it out",
            "PIPL Art. 6",
            Texts("why", "为何"),
        ),
        Fault("/a", "is wrong", "mend it"),
    )


def test_faults_beyond_the_most_are_only_counted_each_once():
    gathered = Gathered()
    for at in range(MOST_TOLD + 5):
        add(gathered, str(at))
    add(gathered, str(MOST_TOLD))
    found = gathered.refused()
    assert (len(found.faults), found.more) == (MOST_TOLD, 5)


def test_words_are_sought_only_for_what_is_told():
    gathered = Gathered()
    for at in range(MOST_TOLD):
        add(gathered, str(at))
    gathered.add("last", "rule", lambda: 1 / 0, lambda: 1 / 0)
    assert gathered.refused().more == 1


def test_the_detail_is_the_first_fault_with_its_law():
    faults = [
        Fault("/a", "must not be sent", "leave it out", "PIPL Art. 6"),
        Fault("", "is wrong", "mend it"),
    ]
    assert refused("invalid", faults[:1]).detail == "/a must not be sent (PIPL Art. 6): leave it out."
    assert refused("invalid", faults).detail.endswith("leave it out. One more fault is told below.")
    assert refused("malformed", faults[1:], 2_000).detail == (
        "The request is wrong: mend it. 2,000 more faults are told below."
    )
