"""Who the segments are, by need alone: this never sees a protected attribute."""

from segmentation.profiles.describe import profiles, profiles_of
from segmentation.profiles.model import FIDELITY, Condition, Distinction, Profile, Rule
from segmentation.profiles.together import Profiles

__all__ = [
    "FIDELITY",
    "Condition",
    "Distinction",
    "Profile",
    "Profiles",
    "Rule",
    "profiles",
    "profiles_of",
]
