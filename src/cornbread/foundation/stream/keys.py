"""Signing in to NATS with an nkey: an Ed25519 key in letters, and perhaps a token beside it.

The client's own way needs two more packages, one of them in C, for what ``cryptography`` has.
https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/nkey_auth
"""

import re
from base64 import b32decode, b32encode, b64encode
from binascii import Error as Misspelt
from binascii import crc_hqx
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nats.aio.client import Client

from cornbread.foundation.errors import Invalid

_SEED = 18 << 3
_LENGTH = 2 + 32 + 2
_PART = r"-----BEGIN {}-----\s+(\S+)\s+-+END"


class Key:
    """A private key, which signs what a server asks to be signed."""

    def __init__(self, seed: str) -> None:
        """From the letters of a seed (``SU…``); raises Invalid, which does not repeat them."""
        try:
            raw = b32decode(seed + "=" * (-len(seed) % 8))
        except (Misspelt, ValueError):
            raw = b""
        whole = len(raw) == _LENGTH and crc_hqx(raw[:-2], 0) == int.from_bytes(raw[-2:], "little")
        if not whole or raw[0] & 0xF8 != _SEED:
            raise Invalid("The key file for the stream holds no seed of an nkey (SU…).")
        self._key = Ed25519PrivateKey.from_private_bytes(raw[2:-2])
        # What kind of key it is lies across the first two bytes.
        kind = bytes([(raw[0] & 7) << 5 | raw[1] >> 3])
        named = kind + self._key.public_key().public_bytes_raw()
        check = crc_hqx(named, 0).to_bytes(2, "little")
        self.public = b32encode(named + check).decode().rstrip("=")

    def sign(self, nonce: str) -> bytes:
        """The signature of what the server sent, in base64."""
        return b64encode(self._key.sign(nonce.encode()))


class KeyedClient(Client):
    """The client of NATS, which reads key files as above: told by ``connect`` as ever."""

    def _setup_nkeys_connect(self) -> None:
        if self._user_credentials is not None:
            text = _read(str(self._user_credentials))
            token, seed = _part(text, "NATS USER JWT"), _part(text, "USER NKEY SEED")
            self._user_jwt_cb = lambda: bytearray(token.encode())
            self._signature_cb = Key(seed).sign
        else:
            key = Key(_read(str(self._nkeys_seed)).strip())
            self._signature_cb, self._public_nkey = key.sign, key.public


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii", errors="replace")
    except OSError as error:
        raise Invalid(f"The key file for the stream cannot be read: {path}") from error


def _part(text: str, name: str) -> str:
    found = re.search(_PART.format(name), text)
    if found is None:
        raise Invalid(f"The credentials file for the stream has no part {name}.")
    return found[1]
