"""`Policy`: what one model may see, for which purpose, within which limits; read, then never changed."""

from __future__ import annotations

import hashlib
import json
from operator import not_
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from segmentation.policy.base import SEGMENT, Column, Header, Name, Part, Text
from segmentation.policy.features import Feature
from segmentation.policy.parts import (
    Attribute,
    Clustering,
    Denied,
    Limits,
    OptionalPurpose,
    Proxy,
    Purpose,
    Service,
    Table,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


class Policy(Part):
    """The rules of one segmentation model.

    Read it with `segmentation.read_policy`; that also holds it against the catalogue of the law.
    """

    schema_version: Literal[1] = Field(description="Version of this file format.")
    name: Name = Field(description="Name of the model in the registry.")
    title: Text = Field(description="Title of the card.")
    owner: Text = Field(description="Who answers for the model.")
    prohibited_uses: tuple[Text, ...] = Field(min_length=1, description="What it must not be used for.")
    retention_days: int = Field(
        ge=1, le=36_525, description="Days after collection when a row may no longer be used."
    )
    review_days: int = Field(ge=1, le=1096, description="Days after which an approval must be renewed.")
    purpose: Purpose = Field(description="The purpose of the segmentation.")
    audit_purpose: Purpose = Field(description="The purpose of auditing it by protected attributes.")
    residents: Table = Field(description="How the residents table is laid out.")
    features: dict[Column, Feature] = Field(min_length=1, description="The allowed features, by column.")
    protected: dict[Header, Attribute] = Field(
        min_length=1, description="The protected attributes, by column."
    )
    proxies: dict[Header, Proxy] = Field(default_factory=dict, description="The proxies, by column.")
    denied: dict[Header, Denied] = Field(default_factory=dict, description="Columns that must not be used.")
    clustering: Clustering = Field(default_factory=Clustering, description="How segments are found.")
    audit: Limits = Field(default_factory=Limits, description="What the audit tests against.")
    services: dict[Name, Service] = Field(default_factory=dict, description="The services to be planned.")
    segment_names: dict[Annotated[str, Field(pattern=SEGMENT)], Text] = Field(
        default_factory=dict, description="Names that override the generated ones, by segment id (S1, S2 …)."
    )
    optional_purposes: tuple[OptionalPurpose, ...] = Field(
        (),
        exclude_if=not_,  # a policy that says nothing of it keeps the digest that was signed
        description="Further purposes for which a segment may be told, each with a consent of its own; no "
        "service of the contract depends on one.",
    )

    @property
    def purposes(self) -> tuple[Purpose | OptionalPurpose, ...]:
        """Every purpose that it states: the segmentation, its audit, and the optional ones."""
        return (self.purpose, self.audit_purpose, *self.optional_purposes)

    @property
    def stated(self) -> tuple[str, ...]:
        """The keys of the purposes that it states."""
        return tuple(one.key for one in self.purposes)

    @property
    def audited(self) -> Mapping[str, Attribute]:
        """Protected attributes and proxies: every column that the audit looks at."""
        return {**self.protected, **self.proxies}

    @property
    def digest(self) -> str:
        """SHA-256 of the policy's content; comments and layout of the file do not count."""
        content = json.dumps(self.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":"))
        return f"sha256:{hashlib.sha256(content.encode()).hexdigest()}"

    def __repr__(self) -> str:
        """Return its name, how much it holds, and the start of its digest."""
        return (
            f"Policy({self.name!r}, {len(self.features)} features, "
            f"{len(self.protected)} protected attributes, {len(self.proxies)} proxies, {self.digest[:15]}…)"
        )

    def __str__(self) -> str:
        """Return the same: pydantic would write the whole of it."""
        return repr(self)

    def _repr_html_(self) -> str:
        from segmentation.policy import show  # noqa: PLC0415 - a notebook alone asks for it

        return show.html(self)
