"""Residents' rights: the register of requests, everything that is kept of one resident, and acting on it."""
