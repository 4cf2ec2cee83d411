"""`Mitigation`: which one, against what, how strongly.

Small enough to be named in a card and on a command line. It is a description and holds no estimate: `prepare`
makes a segmenter of it for residents at hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self, get_args
from urllib.parse import unquote

from markupsafe import Markup

from segmentation.errors import MitigationError
from segmentation.policy import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from segmentation.policy import Policy

Kind = Literal["drop", "erase", "erase_nonlinear", "fair_centres"]
"""What a mitigation does: leave features out, erase what tells an attribute by a linear rule (or by spread as
well), or move the centres."""
KINDS: tuple[Kind, ...] = get_args(Kind)
ERASING = frozenset({"erase", "erase_nonlinear"})

RANK, WITHOUT = "rank=", "without="
MARKS = "%:,"
"""What separates the parts of a key, and opens an escaped one."""


_HTML = Markup(
    "<p><strong>Mitigation</strong>: {}<br>Its key, for build and command line: <code>{}</code></p>"
)


@dataclass(frozen=True)
class Mitigation:
    """One way to weaken what segments tell of protected attributes.

    Attributes
    ----------
    kind : {"drop", "erase", "erase_nonlinear", "fair_centres"}
    attributes : tuple of str, default ()
        The attributes that it is against; none for "drop", which names features.
    strength : float, default 1.0
        Of an erasure, in (0, 1].
    features : tuple of str, default ()
        What is left out; an erasure then is of what the others tell.
    rank : int or None, default None
        Most directions that an erasure takes. None: a quarter of those in which residents differ, or what
        the first attribute needs where that is more: one fewer than it has groups, and two for spread where
        the erasure is of that as well.

    Raises
    ------
    MitigationError
        The parts do not go together.

    Examples
    --------
    >>> Mitigation("erase", ("age_band", "sex"), 0.5).key
    'erase:age_band,sex:0.5'
    >>> Mitigation("erase", ("age_band",), features=("phone_contact",)).key
    'erase:age_band:without=phone_contact'
    >>> Mitigation.parse("drop:phone_contact")
    Mitigation('drop:phone_contact')
    """

    kind: Kind
    attributes: tuple[str, ...] = ()
    strength: float = 1.0
    features: tuple[str, ...] = ()
    rank: int | None = None

    def __post_init__(self) -> None:
        fault = next((rule for broken, rule in self._rules() if broken), None)
        if fault:
            raise MitigationError(f"A mitigation {fault}.")

    def __repr__(self) -> str:
        """Return its key."""
        return f"Mitigation({self.key!r})"

    def _repr_html_(self) -> str:
        return _HTML.format(self.text().en, self.key)

    def _rules(self) -> Iterable[tuple[bool, str]]:
        yield self.kind not in KINDS, f"must be one of {', '.join(KINDS)}; got '{self.kind}'"
        drops, erases = self.kind == "drop", self.kind in ERASING
        yield drops and not self.features, "of kind 'drop' must name the features to leave out"
        yield drops and bool(self.attributes), "of kind 'drop' names features and no attribute; leave it out"
        yield not drops and not self.attributes, f"of kind '{self.kind}' must name an attribute"
        idle = bool(self.features) and not (drops or erases)
        yield idle, "leaves features out only where it is of kind 'drop' or erases"
        names = (*self.attributes, *self.features)
        yield len(set(names)) != len(names) or not all(names), "must name each attribute or feature once"
        yield not 0 < self.strength <= 1, f"must have a strength above 0 and up to 1; got {self.strength}"
        yield self.strength != 1 and not erases, "has a strength below 1 only where it erases"
        yield self.rank is not None and not erases, "has a rank only where it erases"
        yield self.rank is not None and self.rank < 1, f"must have a rank from 1; got {self.rank}"

    @property
    def key(self) -> str:
        """Short stable text that `parse` reads: kind, names, and what differs from the default."""
        parts = [self.kind, _listed(self.attributes or self.features)]
        if self.attributes and self.features:
            parts.append(f"{WITHOUT}{_listed(self.features)}")
        if self.strength != 1:
            parts.append(repr(float(self.strength)))
        if self.rank is not None:
            parts.append(f"{RANK}{self.rank}")
        return ":".join(parts)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a key, such as ``erase:age_band,sex:0.5:rank=3``.

        Raises
        ------
        MitigationError
            This is no key, or its parts do not go together.
        """
        kind, _, rest = text.strip().partition(":")
        listed, *others = rest.split(":")
        names, left = _names(listed), [part for part in others if part.startswith(WITHOUT)]
        if kind not in KINDS:
            raise MitigationError(
                f"'{text}' is no mitigation: it must be one of {', '.join(KINDS)}, a colon, and names, "
                "such as 'erase:age_band' or 'drop:phone_contact'."
            )
        strength, rank = _numbers(text, [part for part in others if part not in left])
        features = sum((_names(part.removeprefix(WITHOUT)) for part in left), ())
        if kind == "drop":
            return cls(kind, (), strength, (*names, *features), rank)
        return cls(kind, names, strength, features, rank)

    def text(self, policy: Policy | None = None) -> Text:
        """Return what it does, in one sentence of both languages.

        Parameters
        ----------
        policy : Policy, optional
            Gives attributes and features their titles; else columns are named.
        """
        names = self.attributes or self.features
        en, zh = (_told(names, policy, language) for language in ("en", "zh"))
        left_en, left_zh = (_told(self.features, policy, language) for language in ("en", "zh"))
        if self.kind == "drop":
            return Text(en=f"Leaves out the features {left_en}.", zh=f"不使用特征{left_zh}。")
        if self.kind == "fair_centres":
            return Text(
                en=f"Moves the centres so that the group of {en} that fits worst fits as well as possible; "
                "it does not aim at who is in which segment.",
                zh=f"移动各分群中心，使{zh}中拟合最差的群体尽可能改善；该方法不针对分群的人员构成。",
            )
        before_en = f"Leaves out the features {left_en}. " if self.features else ""
        before_zh = f"不使用特征{left_zh}。" if self.features else ""
        return Text(
            en=f"{before_en}{self._en_erasure(en)}.",
            zh=f"{before_zh}{self._zh_erasure(zh)}。",
        )

    def _en_erasure(self, names: str) -> str:
        share = "" if self.strength == 1 else f" by {self.strength:.0%}"
        rule = "a linear rule" if self.kind == "erase" else "a linear rule or a difference in spread"
        plural = "" if self.rank == 1 else "s"
        most = "" if self.rank is None else f", in at most {self.rank} direction{plural}"
        verb = "Erases" if self.strength == 1 else "Weakens"
        return f"{verb}{share} what {rule} could tell of {names} from the needs{most}"

    def _zh_erasure(self, names: str) -> str:
        verb = "消除" if self.strength == 1 else f"以{self.strength:.0%}的强度减弱"
        rule = "线性规则" if self.kind == "erase" else "线性规则或离散程度差异"
        most = "" if self.rank is None else f"，最多涉及{self.rank}个方向"
        return f"{verb}需求中{rule}可据以推断{names}的信息{most}"


def _told(names: Iterable[str], policy: Policy | None, language: Literal["en", "zh"]) -> str:
    """Return names as a list in a sentence: the titles of a policy, or the columns."""
    listed = () if policy is None else (policy.features, policy.audited)
    titles = {name: getattr(entry.title, language) for entries in listed for name, entry in entries.items()}
    told = [f"“{titles.get(name, name)}”" for name in names]
    return (", " if language == "en" else "").join(told)


def _numbers(text: str, parts: list[str]) -> tuple[float, int | None]:
    """Return strength and rank as the last parts of a key tell them."""
    fault = MitigationError(
        f"'{text}' is no mitigation: after the names come a strength and a rank, such as ':0.5:rank=3', "
        "each at most once."
    )
    try:
        ranks = [int(part.removeprefix(RANK)) for part in parts if part.startswith(RANK)]
        strengths = [float(part) for part in parts if not part.startswith(RANK)]
    except ValueError:
        raise fault from None
    if max(len(ranks), len(strengths)) > 1:
        raise fault
    return next(iter(strengths), 1.0), next(iter(ranks), None)


def _names(listed: str) -> tuple[str, ...]:
    return tuple(unquote(name.strip()) for name in listed.split(",") if name.strip())


def _listed(names: Iterable[str]) -> str:
    return ",".join(map(_escaped, names))


def _escaped(name: str) -> str:
    for mark in MARKS:
        name = name.replace(mark, f"%{ord(mark):02X}")
    return name
