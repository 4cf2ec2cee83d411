"""The table of kinds; and random steps, held against a small model that knows nothing of signatures."""

from datetime import date

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from segmentation.errors import LedgerError, ReviewError
from segmentation.ledger.event import Draft, linked
from segmentation.ledger.facts import Change
from segmentation.ledger.history import History
from segmentation.ledger.rules import RULES
from segmentation.ledger.standing import TRANSITIONS
from segmentation.signing import sha256
from tests.signed import DIGESTS, MODEL, ROLES, Cast


def test_a_kind_without_rules_is_one_entry_in_the_table():
    cast = Cast.assembled()
    cast.approve()
    history = History(cast.root.public, {**RULES, "access": lambda *_: Change()})
    access = linked(Draft("access", None, MODEL, 1, {"route": "/segments"}), cast.now, cast.events[-1])
    for event in [*cast.events, access]:
        history.add(event)

    assert history.head == access
    assert history.active(MODEL, cast.now).version == 1


def test_a_kind_that_is_not_in_the_table_is_refused():
    cast = Cast.assembled()
    cast.add(Draft("access", None, MODEL, 1, {"route": "/segments"}))

    assert "of a kind that this version of the program does not know" in cast.refusal


POLICIES = {
    1: DIGESTS,
    2: DIGESTS,
    3: DIGESTS.model_copy(update={"policy": sha256(b"other policy"), "bundle": sha256(b"other bundle")}),
}
MAY = {
    "submit": {"Tina"},
    "approve": {"Carol", "Bob"},
    "request_changes": {"Carol", "Bob"},
    "reject": {"Carol", "Bob"},
    "revoke": {"Carol", "Bob", "Adam"},
    "suspend": {"Mona", "Carol", "Bob", "Adam"},
    "resume": {"Carol", "Bob"},
}
LIVE = {"approved", "active", "suspended"}


class Model:
    """What a version is, told as briefly as possible and without a look at the rules."""

    def __init__(self):
        self.state = "draft"
        self.approved, self.resumed = set(), set()
        self.served, self.completed = False, 0

    def takes(self, action, who):
        return who in MAY[action] and action in TRANSITIONS[self.state]

    def take(self, action, who, place):
        if action == "approve":
            self.approved.add(who)
            if self.state == "submitted" and self.approved == {"Carol", "Bob"}:
                self.state, self.completed = "approved", place
        elif action == "resume":
            self.resumed.add(who)
            if self.resumed == {"Carol", "Bob"}:
                self.state = "active" if self.served else "approved"
        else:
            self.state = TRANSITIONS[self.state][action]
        if action == "submit":
            self.approved, self.served = set(), False
        if action == "suspend":
            self.resumed = set()

    def reopen(self):
        if self.state in LIVE or (self.state == "submitted" and self.approved):
            self.state, self.approved, self.served = "submitted", set(), False


class Ledger(RuleBasedStateMachine):
    """Steps that are taken or refused, the same by the ledger as by the model."""

    @initialize()
    def begin(self):
        self.cast = Cast.assembled()
        self.history = self.cast.history
        self.models = {version: Model() for version in POLICIES}
        self.adopted = None

    def tries(self, draft, *, allowed):
        """Add a draft where the ledger takes it; `permit` and `add` must say the same."""
        event = linked(draft, self.cast.now, self.history.head)
        if allowed:
            self.history.permit(draft, self.cast.now)
            self.history.add(event)
            self.cast.events.append(event)
            return
        with pytest.raises(ReviewError):
            self.history.permit(draft, self.cast.now)
        with pytest.raises(LedgerError):
            self.history.add(event)

    @rule(
        version=st.sampled_from(sorted(POLICIES)),
        action=st.sampled_from(sorted(MAY)),
        who=st.sampled_from(sorted(ROLES)),
    )
    def decide(self, version, action, who):
        model = self.models[version]
        in_force = self.adopted in {None, POLICIES[version].policy} or action not in {"approve", "resume"}
        allowed = model.takes(action, who) and in_force
        self.tries(self.cast.decision(action, who, version, digests=POLICIES[version]), allowed=allowed)
        if allowed:
            model.take(action, who, len(self.cast.events))

    @rule(version=st.sampled_from(sorted(POLICIES)))
    def approve_wholly(self, version):
        """Go the whole way at once, so that random steps reach what lies behind it."""
        for action, who in (("submit", "Tina"), ("approve", "Carol"), ("approve", "Bob")):
            self.decide(version, action, who)
        self.activate(version, honest=True)

    @rule(version=st.sampled_from(sorted(POLICIES)), honest=st.booleans())
    def activate(self, version, honest):
        model, digests = self.models[version], POLICIES[version]
        allowed = model.state == "approved" and honest
        bundle = digests.bundle if honest else sha256(b"planted")
        self.tries(Draft("activated", None, MODEL, version, {"bundle": bundle}), allowed=allowed)
        if not allowed:
            return
        model.state, model.served = "active", True
        for number, other in self.models.items():
            if number == version:
                continue
            if other.state == "active" or (other.state in LIVE and other.completed < model.completed):
                other.state = "superseded"
            elif POLICIES[number].policy != digests.policy:
                other.reopen()

    @precondition(lambda self: any(m.state in LIVE for m in self.models.values()))
    @rule(which=st.sampled_from([1, 3]))
    def adopt(self, which):
        self.adopted = POLICIES[which].policy
        event = self.cast.adopt(policy=self.adopted)
        self.history.add(event)
        for number, model in self.models.items():
            if POLICIES[number].policy != POLICIES[which].policy:
                model.reopen()

    @invariant()
    def the_standing_is_that_of_the_model(self):
        if not hasattr(self, "models"):
            return
        now = self.cast.now
        for version, model in self.models.items():
            standing = self.history.standing(MODEL, version, now)
            assert standing.state == model.state
            if model.state == "submitted":
                assert {a.by for a in standing.approvals} == model.approved
            if model.state in {"approved", "active"}:
                assert standing.missing == ()
                assert standing.valid_until == date(2026, 12, 1)

    @invariant()
    def one_version_is_active_at_most(self):
        if not hasattr(self, "models"):
            return
        served = [v for v, model in self.models.items() if model.state == "active"]
        active = self.history.active(MODEL, self.cast.now)
        assert [active.version] == served if active else served == []

    def teardown(self):
        if hasattr(self, "cast"):
            replayed, now = self.cast.history, self.cast.now
            for version in POLICIES:
                assert replayed.standing(MODEL, version, now) == self.history.standing(MODEL, version, now)


Ledger.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestLedger = Ledger.TestCase
