"""What every part of a card is: plain data, read strictly, with no figure that is not finite."""

from typing import Annotated

from pydantic import ConfigDict, StringConstraints

Said = Annotated[str, StringConstraints(min_length=1, pattern=r"\S")]
"""A text that is not blank."""
Interval = tuple[float, float]


class Part:
    """Base of a card's parts: read strictly, with no keys beyond its own and no figure that is not finite."""

    __pydantic_config__ = ConfigDict(
        strict=True, extra="forbid", allow_inf_nan=False, ser_json_inf_nan="constants"
    )
