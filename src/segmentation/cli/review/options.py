"""Options that several commands of `review` share, and what they mean."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from segmentation.cli.options import RoleName

APPROVED = "Read the card, the audit and the impact assessment."

Role = Annotated[
    RoleName | None,
    typer.Option(help="compliance or business, of who has both; else the one that is missing."),
]
Waivers = Annotated[
    Path | None, typer.Option(help="Findings that you let pass, with reasons; see `review waivers`.")
]
Conditions = Annotated[
    list[str] | None, typer.Option("--condition", help="What must hold; may stand more than once.")
]
Until = Annotated[
    datetime | None,
    typer.Option(
        "--valid-until", formats=["%Y-%m-%d"], help="Last day; by default as long as the policy lets."
    ),
]
Hold = Annotated[
    bool, typer.Option("--hold", help="Leave it approved and not active; see `review activate`.")
]
Checkout = Annotated[
    Path | None,
    typer.Option(
        help="Folder of models in a checkout, to write card and decision beside the policy; by default "
        "models, where it has that model."
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Sign without being asked once more.")]
Full = Annotated[bool, typer.Option("--full", help="Tell each waived finding in a sentence.")]
Section = Annotated[
    str,
    typer.Option(help="A section of the card, such as gaps or segments; impact; or version for the whole."),
]
