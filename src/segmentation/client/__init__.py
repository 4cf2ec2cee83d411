"""Asks the prediction API from Python: retries where it is safe, typed answers, typed errors.

It needs neither the model nor what fits it: an application that shows segments installs this package for its
client alone, and imports httpx and msgspec with it.
"""

from segmentation.client.clients import AsyncClient, Client
from segmentation.client.heard import SentFault

__all__ = ["AsyncClient", "Client", "SentFault"]
