"""Answers of a made-up person to the questions of an impact assessment, so that a test can submit."""

import re
from datetime import UTC, datetime, timedelta

TEXT = '"As agreed with the residents\' committee. 已与业主委员会商定。"'


def filled(draft, today=None):
    """Return a draft of answers with everything that is marked written."""
    day = today or datetime.now(UTC).date()
    told = {
        "<write: date of the assessment>": day.isoformat(),
        "<write: next review>": (day + timedelta(days=100)).isoformat(),
        "<write: low, medium, high or very high>": '"low"',
        "<write: proceed, proceed with conditions, do not proceed>": '"proceed"',
        "<write: true or false, without quotes>": "false",
    }
    for question, answer in told.items():
        draft = draft.replace(f'"{question}"', answer)
    return re.sub(r'"<write: [^">]*>"', TEXT, draft)
