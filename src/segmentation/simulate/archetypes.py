"""The planted segments: what sets each apart, in numbers that a reader can weigh.

Request rates are spread evenly on the log scale and every number below is a probability or a yearly rate, so
that the segments overlap as real ones do: even with this file in hand a few residents are told apart wrongly.
"""

from __future__ import annotations

from dataclasses import dataclass

REQUEST_KINDS = ("repair", "cleaning", "parcel", "security", "green", "facility")
URGENCIES = ("low", "normal", "high")
SLOTS = ("morning", "afternoon", "evening", "weekend")


@dataclass(frozen=True)
class Archetype:
    """What a typical resident of one segment asks for.

    Attributes
    ----------
    name : str
        The segment, in words.
    rates : tuple of float
        Expected requests a year, in the order of `REQUEST_KINDS`.
    phone, evening, weekend : float
        Probability that a request is made by telephone, after 18:00, on a Saturday or Sunday.
    app : float
        Probability that a request not made by telephone is made in the app; the rest is made at the desk.
    area : float
        Median home area, in m².
    urgency, slot : tuple of float
        Probability of each of `URGENCIES` and `SLOTS`.
    ev_charging, pet_services : float
        Probability of the subscription.
    """

    name: str
    rates: tuple[float, ...]
    phone: float
    evening: float
    weekend: float
    app: float
    area: float
    urgency: tuple[float, ...]
    slot: tuple[float, ...]
    ev_charging: float
    pet_services: float


# The first two are siblings: alike in what they ask for, apart in how they ask. Age enters there.
ARCHETYPES = (
    Archetype(
        name="phone-first daytime",
        rates=(4.2, 10.5, 0.9, 3.2, 2.2, 0.9),
        phone=0.78,
        evening=0.18,
        weekend=0.20,
        app=0.35,
        area=86,
        urgency=(0.25, 0.55, 0.20),
        slot=(0.55, 0.25, 0.12, 0.08),
        ev_charging=0.08,
        pet_services=0.20,
    ),
    Archetype(
        name="app-first daytime",
        rates=(4.2, 10.5, 0.9, 3.2, 2.2, 0.9),
        phone=0.22,
        evening=0.40,
        weekend=0.26,
        app=0.85,
        area=90,
        urgency=(0.30, 0.50, 0.20),
        slot=(0.38, 0.24, 0.26, 0.12),
        ev_charging=0.16,
        pet_services=0.22,
    ),
    Archetype(
        name="evening parcels",
        rates=(0.9, 3.2, 12.6, 0.9, 0.9, 3.2),
        phone=0.12,
        evening=0.66,
        weekend=0.34,
        app=0.90,
        area=76,
        urgency=(0.35, 0.45, 0.20),
        slot=(0.08, 0.10, 0.62, 0.20),
        ev_charging=0.20,
        pet_services=0.30,
    ),
    Archetype(
        name="weekend families",
        rates=(3.2, 3.2, 10.5, 0.9, 3.2, 10.5),
        phone=0.25,
        evening=0.36,
        weekend=0.58,
        app=0.80,
        area=108,
        urgency=(0.30, 0.50, 0.20),
        slot=(0.10, 0.16, 0.20, 0.54),
        ev_charging=0.24,
        pet_services=0.30,
    ),
    Archetype(
        name="ageing flats",
        rates=(11.5, 0.9, 3.2, 6.3, 0.9, 0.9),
        phone=0.52,
        evening=0.42,
        weekend=0.24,
        app=0.60,
        area=74,
        urgency=(0.15, 0.45, 0.40),
        slot=(0.34, 0.34, 0.20, 0.12),
        ev_charging=0.08,
        pet_services=0.20,
    ),
    Archetype(
        name="garden homes",
        rates=(3.2, 0.9, 3.2, 0.9, 11.5, 3.2),
        phone=0.45,
        evening=0.24,
        weekend=0.46,
        app=0.65,
        area=118,
        urgency=(0.35, 0.50, 0.15),
        slot=(0.42, 0.26, 0.10, 0.22),
        ev_charging=0.22,
        pet_services=0.36,
    ),
    Archetype(
        name="night safety",
        rates=(0.9, 0.9, 3.8, 10.5, 3.2, 0.9),
        phone=0.62,
        evening=0.68,
        weekend=0.42,
        app=0.70,
        area=82,
        urgency=(0.15, 0.45, 0.40),
        slot=(0.10, 0.22, 0.50, 0.18),
        ev_charging=0.12,
        pet_services=0.24,
    ),
    Archetype(
        name="shared facilities",
        rates=(0.9, 3.2, 0.9, 3.2, 0.9, 12.6),
        phone=0.14,
        evening=0.50,
        weekend=0.50,
        app=0.88,
        area=88,
        urgency=(0.35, 0.50, 0.15),
        slot=(0.12, 0.20, 0.36, 0.32),
        ev_charging=0.20,
        pet_services=0.24,
    ),
)

NO_STRUCTURE = Archetype(
    name="no structure",
    rates=(4.2, 5.0, 5.0, 3.6, 3.2, 4.0),
    phone=0.42,
    evening=0.40,
    weekend=0.35,
    app=0.70,
    area=92,
    urgency=(0.28, 0.50, 0.22),
    slot=(0.28, 0.24, 0.28, 0.20),
    ev_charging=0.16,
    pet_services=0.26,
)
