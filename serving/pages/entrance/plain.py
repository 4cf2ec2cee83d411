"""Refusals in both languages without a template, for when there is no time or no way to write a page."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from serving.calls import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

HTML = b"text/html; charset=utf-8"
WORDS: Mapping[str, tuple[int, str, str]] = {
    "busy": (
        503,
        "当前访问人数过多。本次操作未执行，请稍候再试。",
        "Too many people are asking at this moment. Nothing was done; wait a moment, and try again.",
    ),
    "failed": (
        500,
        "服务出错，原因见服务日志。请稍后再试。",
        "The service failed; its log says where. Try again later.",
    ),
    "not_recorded": (
        503,
        "访问未能记录，因此不予答复。所提交的决定可能已记录，重新提交前请先查看该版本。",
        "The access could not be recorded, so the answer is kept back. Look before you send it again.",
    ),
}
"""Status and sentences by kind, of `serving.pages.declined.KINDS`."""
PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{zh}</title>
</head>
<body>
<main>
<h1>{zh}</h1>
<p lang="en">{en}</p>
</main>
</body>
</html>
"""


def plain(kind: str) -> Reply:
    """Return a refusal as an answer."""
    status, zh, en = WORDS[kind]
    later = ((b"retry-after", b"1"),) if kind == "busy" else ()
    # Behind it a form may be sent again; see `serving.pages.entrance.replying.OWN`.
    headers = (*later, (b"referrer-policy", b"same-origin"))
    return Reply(PAGE.format(zh=escape(zh), en=escape(en)).encode(), status, HTML, headers)
