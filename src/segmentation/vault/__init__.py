"""What keeps personal data unreadable to who has the database alone: pseudonyms, sealed rows, keys of keys.

Nothing here knows what is sealed, or where it lies (PIPL Art. 51: encryption and de-identification).
"""

from segmentation.vault.keyring import Keyring, WrappingKey
from segmentation.vault.sealing import DataKey, Wrapped
from segmentation.vault.source import keyring_source

__all__ = ["DataKey", "Keyring", "Wrapped", "WrappingKey", "keyring_source"]
