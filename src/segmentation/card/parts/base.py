"""What every part of a card is: plain data, read strictly, with no figure that is not finite."""

from dataclasses import fields
from typing import Annotated, Any, Self

from pydantic import ConfigDict, StringConstraints

Said = Annotated[str, StringConstraints(min_length=1, pattern=r"\S")]
"""A text that is not blank."""
Interval = tuple[float, float]


class Part:
    """Base of a card's parts: read strictly, with no keys beyond its own and no figure that is not finite."""

    __pydantic_config__ = ConfigDict(
        strict=True, extra="forbid", allow_inf_nan=False, ser_json_inf_nan="constants"
    )

    @classmethod
    def of(cls, source: object, **other: Any) -> Self:  # noqa: ANN401 - of the part's own fields
        """Return the part whose fields are those of `source` by name, and `other`."""
        names = [field.name for field in fields(cls) if field.name not in other]  # type: ignore[arg-type] # dataclasses
        return cls(**{name: _plain(getattr(source, name)) for name in names}, **other)


def _plain(value: object) -> object:
    """Return numpy's numbers as Python's."""
    return value.item() if hasattr(value, "item") else value
