"""Showing in MLflow where versions stand, for people who look there; nothing of it is ever read back.

The signed ledger alone says what runs. So a decision stands whether or not MLflow could be told of it, and an
alias or a tag that somebody moves by hand changes nothing but what MLflow shows until the next decision.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.errors import SegmentationError
from segmentation.registry.find import CHAMPION, aliases_of, numbered
from segmentation.registry.place import Place, explained
from segmentation.registry.store import quiet, reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlflow import MlflowClient

    from segmentation.home import Home
    from segmentation.ledger.standing import Standing

STATE = "segmentation.state"
"""Tag of a version and of its run: where it stands, to filter by."""
CANDIDATE = "candidate"
"""What the tag says of a version that nobody has submitted."""
DECISION = "segmentation.decision"


def mirror(home: Home, standings: Sequence[Standing], tracking_uri: str | None = None) -> str | None:
    """Show in MLflow where the versions of a model stand.

    Each gets tags, its run the state, and the active one the alias `CHAMPION`, which is taken away where none
    of them is active.

    Parameters
    ----------
    home : Home
    standings : sequence of Standing
        Of all submitted versions of one model.
    tracking_uri : str, optional
        Another MLflow than the one at home.

    Returns
    -------
    str or None
        One sentence where MLflow could not be told: a warning, for the decision stands. None where it was.
    """
    if not standings:
        return None
    place = Place(home, tracking_uri)
    try:
        with quiet(), explained(f"The decisions about {standings[0].model} are not shown there", place):
            _show(reading(place), standings)
    except SegmentationError as error:
        return f"The decision stands, but MLflow does not show it. {error}"
    return None


def _show(client: MlflowClient, standings: Sequence[Standing]) -> None:
    model = standings[0].model
    champion = aliases_of(client, model).get(CHAMPION)
    registered = numbered(client, model)
    active = [str(one.version) for one in standings if one.state == "active" and one.version in registered]
    if champion is not None and champion not in active:
        client.delete_registered_model_alias(model, CHAMPION)
    for number in active:
        client.set_registered_model_alias(model, CHAMPION, number)
    for one in standings:
        if one.version in registered:
            client.set_model_version_tag(model, str(one.version), STATE, one.state)
            client.set_model_version_tag(model, str(one.version), DECISION, one.why)
            run = registered[one.version].run_id
            if run:
                client.set_tag(run, STATE, one.state)
