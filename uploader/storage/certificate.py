"""The certificate with which the parts of the local store know each other: one for all, made once, private.

weed may serve gRPC without TLS where it cannot read its certificate, so a damaged one is replaced first.
It is its own authority: who does not hold its key is refused, whatever user of the machine that is.
"""

import contextlib
import secrets
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from uploader.errors import LocalStoreUnavailable
from uploader.storage import supervisor

_PARTS: Final = (
    "client",
    "master",
    "volume",
    "filer",
    "s3",
    "admin",
    "worker",
    "mq",
    "msg_broker",
    "msg_agent",
)
_FROM: Final = datetime(2000, 1, 1, tzinfo=UTC)  # a machine whose clock is slow starts it too
_UNTIL: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""No end: https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5"""


def close_inner_ports(folder: Path) -> None:
    """Have weed's keys and its certificate in `folder`, also where it was made without the certificate."""
    ensure_certificate(folder)
    text = supervisor.write_once(folder / supervisor.SECURITY, _new_keys)
    if "[grpc]" not in text:
        supervisor.replace(folder / supervisor.SECURITY, text + _grpc_sections())


def ensure_certificate(folder: Path) -> None:
    """Have `folder/grpc.pem`: a key and its certificate, good for both ends of a connection."""
    path = folder / supervisor.CERTIFICATE
    if not _usable(path):
        path.unlink(missing_ok=True)
        supervisor.write_once(path, _new_certificate)


def _new_keys() -> str:
    sections = ("jwt.signing", "jwt.signing.read", "jwt.filer_signing", "jwt.filer_signing.read")
    return "".join(f'[{section}]\nkey = "{secrets.token_hex(32)}"\n' for section in sections)


def _grpc_sections() -> str:
    pair = f'cert = "{supervisor.CERTIFICATE}"\nkey = "{supervisor.CERTIFICATE}"\n'
    parts = "".join(f"[grpc.{part}]\n{pair}" for part in _PARTS)
    return f'[grpc]\nca = "{supervisor.CERTIFICATE}"\n{parts}'


def _usable(path: Path) -> bool:
    with contextlib.suppress(OSError):  # ssl.SSLError is one
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(path)
        return True
    return False


def _new_certificate() -> str:
    try:
        from cryptography import x509  # here, because 50 ms of import are paid once in a folder's life
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec
    except ImportError:
        raise LocalStoreUnavailable(
            "The local store needs cryptography: run pip install -e '.[local]'."
        ) from None
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "uploader local store")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return (private + certificate.public_bytes(serialization.Encoding.PEM)).decode()
