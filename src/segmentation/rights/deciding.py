"""What people decide about a resident: an answer, a segment in the place of the computed one, an erasure.

A person of the ledger decides, in the role that keeps the law, with training that counts; whether it is them
is for who calls to know. Each decision is written with its reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.errors import ReviewError
from segmentation.ledger.personal.identity import check_identity, check_way
from segmentation.ledger.personal.overrides import Overrides
from segmentation.ledger.personal.overrides import Told as Put
from segmentation.ledger.personal.register import NOT_THERE
from segmentation.ledger.personal.requests import Told as Answer
from segmentation.ledger.track import day_of
from segmentation.rights.access import UNTRAINED, way

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from segmentation.ledger.history import History
    from segmentation.ledger.personal.erasing import Erased, Erasures
    from segmentation.ledger.personal.records import Records
    from segmentation.ledger.personal.register import Right
    from segmentation.ledger.personal.requests import Requests
    from segmentation.ledger.records import Person

ANSWERED: tuple[Right, ...] = ("review", "correction")
"""What an override may answer: another right is answered for itself."""


def officer(history: History, name: str, now: datetime, command: str) -> Person:
    """Return a person who may give a command about residents, as the table of access says.

    Parameters
    ----------
    history : History
    name : str
        As the ledger has it.
    now : datetime
        Aware.
    command : str
        Its words, such as ``resident show``.

    Raises
    ------
    ReviewError
        Nobody of that name is entered, or they may not.
    """
    person = history.people.get(name)
    if person is None:
        raise ReviewError(
            f"Nobody is entered as {name}; enter them with `segmentation people add`, or mend the name."
        )
    asked = way(command)
    if not asked.admits(person.roles):
        raise ReviewError(
            f"{name} may not do this with residents' data; ask somebody who is entered as "
            f"{' or '.join(asked.roles)}."
        )
    lapsed = person.training_until is None or person.training_until < day_of(now)
    if lapsed and command not in UNTRAINED:
        raise ReviewError(
            f"{name} has no training that counts, and may not decide about residents; enter the training "
            "with `segmentation people change`."
        )
    return person


def override(
    records: Records,
    register: Requests,
    subject: bytes,
    purpose: str,
    model: str,
    put: Put,
    among: Collection[str],
    now: datetime,
) -> None:
    """Put a segment in the place of the computed one, or let that hold again.

    A request that it answers is done with it, in one transaction.

    Parameters
    ----------
    records : Records
    register : Requests
        Of the same records.
    subject : bytes
        `Keyring.subject_of` the resident.
    purpose, model : str
    put : Put
        No segment lets the computed one hold again; its request, where it names one, is done with it.
    among : collection of str
        Segments that the model has.
    now : datetime
        Aware.

    Raises
    ------
    ReviewError
        The model has no such segment, there is nothing to lift, or no reason is given; or the request is
        another resident's, was answered, or asks for what no override answers.
    LedgerError
        The resident was erased in this very moment.
    """
    if put.segment is not None and put.segment not in among:
        raise ReviewError(f"The model has no such segment. It has {', '.join(among)}.")
    kept = Overrides(records)
    if put.request:
        _check_answers(register, put.request)
        answer = Answer(by=put.by, text=put.reason)
        register.done(subject, put.request, answer, now, [kept.written(subject, purpose, model, put, now)])
    elif put.segment is None:
        kept.lift(subject, purpose, model, put, now)
    else:
        kept.set(subject, purpose, model, put, now)


def erase(
    erasures: Erasures,
    register: Requests,
    subject: bytes | None,
    request: str | None,
    by: str,
    now: datetime,
    identity: str = "",
) -> Erased | None:
    """Erase a resident, and close what they asked for; what they asked beside an erasure ends with it.

    Parameters
    ----------
    erasures : Erasures
    register : Requests
    subject : bytes or None
        `Keyring.subject_of` the resident; None takes whose request it is.
    request : str or None
        Id of the request that it answers; None where nobody asked, such as when the purpose has ended.
    by : str
    now : datetime
        Aware.
    identity : str
        How it was checked who asked, where the request does not say: nobody is erased because somebody else
        asked for it. With the erasure it goes as everything does that was said of the request.

    Returns
    -------
    Erased or None
        None where they were erased before, and the request was only left to be closed.

    Raises
    ------
    ReviewError
        The request is no request for erasure, or is another resident's; or nothing says how it was checked
        who asked.
    LedgerError, StorageError
        What `Erasures.erase` raises.
    """
    if request is not None:
        subject = _whose(register, subject, request)
        if subject is None:
            register.erased(request, by, now)
            return None
    if subject is None:
        raise ReviewError("Say who is to be erased: by a request, or by the reference.")
    check_way(identity)
    asked = [one for one in register.of(subject) if one.ended is None]
    for found in asked:
        if found.id == request and not identity:
            check_identity(found.right, [step.told for step in found.steps])
    done = erasures.erase([subject], by, now)
    for one in asked:
        if register.one(one.id).ended is None:  # or it was answered in the same moment
            register.erased(one.id, by, now)
    return done


def _check_answers(register: Requests, request: str) -> None:
    found = register.one(request)
    if found.right not in ANSWERED:
        raise ReviewError(
            f"An override answers no request for {found.right}, but one for {' or '.join(ANSWERED)}. Decide "
            "without it, and answer it for itself."
        )


def _whose(register: Requests, subject: bytes | None, request: str) -> bytes | None:
    found = register.one(request)
    if found.right != "erasure":
        raise ReviewError(f"The request {request} does not ask for erasure. Answer it as what it is.")
    if found.ended is not None:
        raise ReviewError(f"The request {request} was answered on {found.ended:%Y-%m-%d}. It stays so.")
    owner = register.subject_of(request)
    if owner is not None and subject is not None and owner != subject:
        raise ReviewError(NOT_THERE)
    return owner
