"""Certificates for TLS servers of tests, made on the spot."""

import datetime
import ssl
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def _made(name: str) -> tuple[bytes, bytes]:
    """A certificate for ``name`` and its private key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain = made.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return chain, secret


def files_for(name: str, folder: Path) -> tuple[Path, Path]:
    """Files with a certificate for ``name``, which is its own authority, and with its key."""
    files = folder / "chain.pem", folder / "key.pem"
    for file, content in zip(files, _made(name), strict=True):
        file.write_bytes(content)
    return files


def certificate_for(name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A context that serves as ``name``, and one that trusts it."""
    chain, secret = _made(name)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "server.pem"
        file.write_bytes(secret + chain)
        serving.load_cert_chain(file)
    return serving, ssl.create_default_context(cadata=chain.decode())
