"""`segmentation review mirror`: show in MLflow what was decided where no MLflow is, as on the pages.

The command line shows each decision that it records; the service knows nothing of MLflow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from segmentation.cli.office import office_at
from segmentation.cli.options import HOME, HomeFolder, TrackingUri
from segmentation.cli.plain import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from segmentation.ledger.standing import Standing


def mirror(
    model: Annotated[str | None, typer.Option(help="Of one model; of all when not given.")] = None,
    home: HomeFolder = HOME,
    tracking_uri: TrackingUri = None,
) -> None:
    """Show in MLflow where every submitted version stands now: its alias and tags; nothing is decided.

    Run it after decisions were taken on the pages, or on a machine without this MLflow.
    """
    from segmentation.errors import RegistryError, ReviewError

    office = office_at(home)
    standings = office.desk.list(model)
    if not standings:
        about = "Nothing" if model is None else f"Nothing of {model}"
        raise ReviewError(f"{about} was submitted yet; see `segmentation review list`.")
    if not office.home.database.exists() and tracking_uri is None:
        raise RegistryError(
            f"No MLflow is in {office.home.root}. Name its home with --home, or another with --tracking-uri."
        )
    from segmentation.registry import mirror as show

    for name, of_it in _by_model(standings):
        warning = show(office.home, of_it, tracking_uri)
        if warning is not None:
            raise RegistryError(warning)
        active = next((f"version {one.version} is active" for one in of_it if one.state == "active"), None)
        say(f"{name}: {len(of_it)} submitted, shown as they stand; {active or 'none is active'}.")


def _by_model(standings: Iterable[Standing]) -> Iterator[tuple[str, list[Standing]]]:
    of: dict[str, list[Standing]] = {}
    for standing in standings:
        of.setdefault(standing.model, []).append(standing)
    yield from of.items()


COMMANDS = {"mirror": mirror}
EXAMPLES = {"mirror": "segmentation review mirror --model resident_needs"}
