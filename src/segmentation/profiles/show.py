"""Profiles as a notebook shows them: a row for each segment, in words, without hidden figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from segmentation.shown import table

if TYPE_CHECKING:
    from segmentation.policy import Feature, Policy
    from segmentation.profiles.model import Condition, Distinction, Profile, Rule
    from segmentation.profiles.together import Profiles

MOST = 3
"""Needs that are told of a segment."""
HEADS = ("id", "name", "residents", "share", "what sets it apart", "plain rule")
ONE = ("need", "mean or share in it", "elsewhere", "difference, in standard deviations")
_ONE = Markup("<p><strong>{segment} {name}</strong>: {size} residents, {share} of all.</p>")
_FOOT = Markup(
    "<p>In pictures: <code>profiles.plot_sizes()</code>, <code>profiles.plot_needs()</code>. "
    "All of it: <code>profiles.to_frame()</code>.</p>"
)


def html(found: Profiles) -> str:
    """Return the segments as a table in HTML: id, name, size, what sets them apart and the plain rule."""
    return listed(found) + _FOOT


def one(profile: Profile) -> str:
    """Return what sets one segment apart, by the keys of the features: a profile alone has no policy."""
    shown = profile.shown
    rows = [
        (
            need.feature if need.level is None else f"{need.feature}: {need.level}",
            "–" if need.inside is None else f"{need.inside:.3g}",
            "–" if need.outside is None else f"{need.outside:.3g}",
            "–" if need.difference is None else f"{need.difference:+.2f}",
        )
        for need in shown.notable
    ]
    head = _ONE.format(
        segment=shown.segment, name=shown.name.en, size=f"{shown.size:,}", share=f"{shown.share:.1%}"
    )
    return head + table("What surely sets it apart", ONE, rows)


def listed(found: Profiles) -> Markup:
    """Return the table alone."""
    caption = "Segments, by need alone; each is compared with all other residents"
    return table(caption, HEADS, [_row(found.policy, profile) for profile in found.shown])


def _row(policy: Policy, profile: Profile) -> tuple[object, ...]:
    told = [_need(policy, need) for need in profile.notable[:MOST]]
    return (
        profile.segment,
        profile.name.en,
        f"{profile.size:,}",
        f"{profile.share:.1%}",
        Markup("<br>").join(told) if told else "nothing that is sure and large",
        "no short rule" if profile.rule is None else _rule(policy, profile.rule),
    )


def _need(policy: Policy, need: Distinction) -> str:
    feature = policy.features[need.feature]
    inside, outside = (_mean(feature, need.level, mean) for mean in (need.inside, need.outside))
    return f"{_title(policy, need.feature, need.level)}: {inside}, elsewhere {outside}"


def _mean(feature: Feature, level: str | None, mean: float | None) -> str:
    if mean is None:
        return "–"
    if feature.kind == "ordinal":
        return f"mean rank {mean:.2g} of {len(feature.values or ()) - 1}"
    is_share = level is not None or feature.kind in {"share", "flag"}
    return f"{mean:.0%}" if is_share else f"{mean:.3g}"


def _title(policy: Policy, name: str, level: str | None) -> str:
    feature = policy.features[name]
    return feature.title.en if level is None else f"{feature.title.en}: {feature.value_title(level, 'en')}"


def _rule(policy: Policy, rule: Rule) -> Markup:
    """Return a rule as alternatives on lines of their own, and how good it is."""
    told = [" and ".join(_condition(policy, one) for one in bounds) for bounds in rule.alternatives]
    rough = "; rough: under 95 %" if rule.is_rough else ""
    rough = "; too few residents to show 95 %" if rule.is_unshown else rough
    good = (
        f"agrees on at least {rule.fidelity:.0%} of {rule.residents:,} residents{rough}; "
        f"precision {rule.precision:.0%}, coverage {rule.coverage:.0%}"
    )
    return Markup("{}<br><small>{}</small>").format(Markup("<br>or ").join(told), good)


def _condition(policy: Policy, one: Condition) -> str:
    feature = policy.features[one.feature]
    if feature.kind == "flag":
        return f"{feature.title.en}: {'yes' if one.operator == 'is' else 'no'}"
    unit = f" {feature.unit.en}" if feature.unit is not None else ""
    if isinstance(one.value, str):
        value = feature.value_title(one.value, "en")
    else:
        value = f"{one.value * 100:.4g}%" if feature.kind == "share" else f"{one.value:g}"
    return f"{feature.title.en} {one.operator} {value}{unit}"
