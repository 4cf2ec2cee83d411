"""The policy: what a model may see, for which purpose, within which limits (PIPL Art. 6, 13, 24, 28, 55).

Light on purpose: serving reads policies, so nothing here imports pandas. `draft`, which looks at a table,
is a module of its own that the command line loads when asked.
"""

from segmentation.policy.base import Text
from segmentation.policy.features import Feature
from segmentation.policy.model import Policy
from segmentation.policy.parts import Attribute, Limits, Proxy, Service
from segmentation.policy.read import policy_from, policy_schema, read_policy

__all__ = [
    "Attribute",
    "Feature",
    "Limits",
    "Policy",
    "Proxy",
    "Service",
    "Text",
    "policy_from",
    "policy_schema",
    "read_policy",
]
