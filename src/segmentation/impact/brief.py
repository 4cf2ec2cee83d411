"""An assessment as a notebook shows it: what it comes to, and where the whole of it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from segmentation.impact.model import Impact

_HTML = Markup(
    "<p><strong>Impact assessment of {model}, version {version}</strong>: {conclusion}.<br>Highest risk "
    "before the safeguards: {risk}; left with them: {residual}. {refusal}</p><p>All of it: "
    '<code>segmentation.impact.render_impact(impact, "en", "html")</code>.<br>Digest: '
    "<code>{digest}</code></p>"
)


def impact_html(impact: Impact) -> str:
    """Return what an assessment comes to, and where all of it is."""
    return _HTML.format(
        model=impact.subject.model,
        version=impact.subject.version,
        conclusion=impact.answers.conclusion,
        risk=impact.highest_risk,
        residual=impact.answers.residual_risk,
        refusal=impact.refusal or "It permits a submission.",
        digest=impact.digest,
    )
