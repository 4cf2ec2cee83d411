"""Everything that the service says no with: one table of problems, as documents of RFC 9457."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from segmentation.answers import Problem
from serving.calls import PROBLEM, Refused, Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

TYPE = "urn:segmentation:problem:"


class Kind(NamedTuple):
    """The status of a problem, and its title in both languages: whoever it is passed on to reads one."""

    status: int
    title: str


PROBLEMS: Mapping[str, Kind] = {
    "malformed": Kind(400, "The request is not readable / 请求无法读取"),
    "no-key": Kind(401, "An API key is needed / 需要 API 密钥"),
    "not-allowed": Kind(403, "The API key does not allow this / 该 API 密钥无此权限"),
    "no-consent": Kind(403, "Personal data may not be used so / 不得如此使用个人信息"),
    "not-found": Kind(404, "There is nothing at this address / 此地址没有内容"),
    "none-kept": Kind(404, "Nothing is kept of this resident / 未保存该住户的信息"),
    "wrong-method": Kind(405, "This address does not answer to this method / 此地址不支持该请求方法"),
    "too-slow": Kind(408, "The request took too long to arrive / 请求到达过慢"),
    "conflict": Kind(409, "It stands otherwise already / 与现有状态冲突"),
    "version-gone": Kind(410, "The version that placed them is not there / 分群所依据的版本已不存在"),
    "too-large": Kind(413, "The request is too large / 请求过大"),
    "wrong-media": Kind(415, "The content type is not one that this address reads / 此地址不接受该内容类型"),
    "invalid": Kind(422, "The request does not fit the policy / 请求不符合策略"),
    "too-often": Kind(429, "The API key is used too often / 该 API 密钥使用过于频繁"),
    "too-many-residents": Kind(429, "Too many residents were asked about / 查询的住户过多"),
    "failed": Kind(500, "The service failed / 服务出错"),
    "not-approved": Kind(503, "No version may be served / 没有可供使用的版本"),
    "not-trusted": Kind(503, "The service cannot vouch for what it serves / 服务无法为其提供的内容担保"),
    "not-recorded": Kind(503, "The access could not be recorded / 访问未能记录"),
    "no-keyring": Kind(503, "This service keeps nothing of residents / 此服务未保存住户信息"),
    "not-readable": Kind(503, "What is kept of residents cannot be reached / 无法访问所保存的住户信息"),
    "busy": Kind(503, "The service has too many requests in hand / 正在处理的请求过多"),
}
"""By the slug that ends the problem's `type`."""


def problem_reply(refused: Refused, request: str) -> Reply:
    """Return a refusal as an answer.

    Parameters
    ----------
    refused : Refused
    request : str
        Id of the request.
    """
    kind = PROBLEMS[refused.slug]
    document = Problem(
        type=TYPE + refused.slug,
        title=kind.title,
        status=kind.status,
        detail=refused.detail,
        instance=f"urn:uuid:{request}",
        faults=refused.faults,
        more=refused.more,
    )
    return Reply(msgspec.json.encode(document), kind.status, PROBLEM, refused.headers)
