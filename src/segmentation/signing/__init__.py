"""What a signature is made of: one way to write a document, a digest of it, and keys kept under a passphrase.

Nothing here knows what is signed. Ed25519 (RFC 8032) over canonical JSON (RFC 8785), so that any tool can
check what was signed: `openssl pkeyutl -verify -rawin` needs nothing of this program.
"""

from segmentation.signing.canonical import canonical, is_digest, sha256
from segmentation.signing.keys import PrivateKey, PublicKey, Signed

__all__ = ["PrivateKey", "PublicKey", "Signed", "canonical", "is_digest", "sha256"]
