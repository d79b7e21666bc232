"""The certificate by which the record speaks TLS to nginx, a balancer or Prometheus: its own, trusted by its file.

Nobody else signs it, so whoever asks is told to trust this one and no other (`proxy_ssl_trusted_certificate`); a
balancer of AWS takes any. An operator with an authority of their own puts both files there before the start.
"""

import fcntl
import os
import ssl
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

NAMES = ("record", "localhost")  # what it is asked by, whatever the machine is called
YEARS = 10


def context_of(folder: Path) -> ssl.SSLContext:
    """For a server of this process."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(*files_in(folder))
    return context


def files_in(folder: Path) -> tuple[Path, Path]:
    """Paths of certificate and key; made by whichever process comes first where there is no certificate."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    if not certificate.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not certificate.exists():
                _make(certificate, key)
    return certificate, key


def _make(certificate: Path, key: Path) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    secret = ec.generate_private_key(ec.SECP256R1())
    form = serialization.PrivateFormat.PKCS8
    written = secret.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(written)
    # Last and whole: where it is, its key is.
    unfinished = certificate.with_suffix(".new")
    unfinished.write_bytes(_signed(secret).public_bytes(serialization.Encoding.PEM))
    unfinished.chmod(0o644)
    unfinished.rename(certificate)


def _signed(secret: Any) -> Any:
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.x509.oid import NameOID

    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAMES[0])]), timezone.now()
    return (
        x509.CertificateBuilder(name, name, secret.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # another machine's clock may be behind
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(each) for each in NAMES]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(secret, SHA256())
    )
