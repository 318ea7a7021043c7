"""The huvudman's client certificate: what it says, the three fingerprints that are asked for, and TLS with it.

Source: domain sheet 7.
"""

from __future__ import annotations

import base64
import hashlib
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.serialization import pkcs12

from adapter.errors import ConfigError
from adapter.settings import Token


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """Times in ms. `thumbprint` is over the whole certificate, `pin` over its public key; both base64."""

    not_before: int
    not_after: int
    organisation: str
    serial_number: str
    thumbprint: str
    pin: str
    is_utf8: bool  # å, ä and ö in the subject as the authorisation server reads them

    @property
    def url_thumbprint(self) -> str:
        """The thumbprint as RFC 8705 writes it: base64url without padding."""
        return self.thumbprint.translate(str.maketrans("+/", "-_")).rstrip("=")


def facts(token: Token) -> CertificateFacts:
    """What the client certificate says. Raises ConfigError where it, or its key, cannot be used."""
    identity = load(token)
    certificate = identity.certificate
    der = certificate.public_bytes(serialization.Encoding.DER)
    subject = certificate.subject
    return CertificateFacts(
        not_before=int(certificate.not_valid_before_utc.timestamp() * 1000),
        not_after=int(certificate.not_valid_after_utc.timestamp() * 1000),
        organisation=_part(subject, x509.NameOID.ORGANIZATION_NAME),
        serial_number=_part(subject, x509.NameOID.SERIAL_NUMBER),
        thumbprint=base64.b64encode(hashlib.sha256(der).digest()).decode(),
        pin=pin_of(der),
        is_utf8=all(value.isascii() or value.encode() in der for value in _texts(subject)),
    )


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate, what is above it, and its key."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    key: PrivateKeyTypes

    def as_pem(self) -> bytes:
        """All of it, the key in the clear: for a file that nobody else can read and that is gone at once."""
        certificates = b"".join(
            found.public_bytes(serialization.Encoding.PEM) for found in (self.certificate, *self.chain)
        )
        return certificates + self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


def load(token: Token) -> Identity:
    """The client certificate with its key, from PEM files or PKCS#12. Raises ConfigError."""
    if token.certificate.suffix.lower() in (".p12", ".pfx"):
        identity = _from_pkcs12(token)
    else:
        first, *rest = _certificates(token.certificate)
        identity = Identity(first, tuple(rest), _key(token))
    if _spki(identity.key.public_key()) != _spki(identity.certificate.public_key()):
        raise ConfigError(f"token.key: {token.key} is not the key of {token.certificate}. Use the pair that belongs.")
    return identity


def pin_of(der: bytes) -> str:
    """A certificate's public key as a pin: sha256//…"""
    public = _spki(x509.load_der_x509_certificate(der).public_key())
    return f"sha256//{base64.b64encode(hashlib.sha256(public).digest()).decode()}"


def client_context(token: Token) -> ssl.SSLContext:
    """TLS that shows the client certificate. Raises ConfigError."""
    identity = load(token)
    context = trust(token.ca, "token.ca")
    with tempfile.TemporaryDirectory() as folder:  # ssl reads keys from files only; the folder is ours alone
        file = Path(folder) / "identity.pem"
        file.touch(mode=0o600)
        file.write_bytes(identity.as_pem())
        try:
            context.load_cert_chain(file)
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(f"token.certificate: {token.certificate} cannot be used for TLS: {error}") from None
    return context


def trust(ca: Path | None, key: str) -> ssl.SSLContext:
    """TLS 1.2 or later that trusts the system's authorities, or those in a file. `key`: the setting, for messages."""
    try:
        context = ssl.create_default_context(cafile=str(ca) if ca else None)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"{key}: {ca} cannot be used: {error}") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _certificates(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"token.certificate: {path} cannot be read: {error.strerror}") from None
    except ValueError:
        raise ConfigError(f"token.certificate: {path} holds no certificate in PEM form (-----BEGIN …).") from None


def _from_pkcs12(token: Token) -> Identity:
    path = token.certificate
    try:
        key, certificate, chain = pkcs12.load_key_and_certificates(path.read_bytes(), _password(token))
    except OSError as error:
        raise ConfigError(f"token.certificate: {path} cannot be read: {error.strerror}") from None
    except ValueError:
        raise ConfigError(f"token.certificate: {path} is no PKCS#12, or token.key_password is not its own.") from None
    if key is None or certificate is None:
        raise ConfigError(f"token.certificate: {path} holds no key with its certificate. Export both together.")
    return Identity(certificate, tuple(chain), key)


def _key(token: Token) -> PrivateKeyTypes:
    if token.key is None:
        raise ConfigError("token.key is missing: beside a certificate in PEM form its key is a file of its own.")
    try:
        key = serialization.load_pem_private_key(token.key.read_bytes(), _password(token))
    except OSError as error:
        raise ConfigError(f"token.key: {token.key} cannot be read: {error.strerror}") from None
    except TypeError:
        why = "is not encrypted; drop key_password" if _password(token) else "is encrypted; set token.key_password"
        raise ConfigError(f"token.key: {token.key} {why}.") from None
    except ValueError:
        raise ConfigError(f"token.key: {token.key} holds no key in PEM form, or the password is wrong.") from None
    return key


def _password(token: Token) -> bytes | None:
    return token.key_password.get_secret_value().encode() if token.key_password else None


def _spki(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _part(subject: x509.Name, oid: x509.ObjectIdentifier) -> str:
    found = subject.get_attributes_for_oid(oid)
    return str(found[0].value) if found else ""


def _texts(subject: x509.Name) -> list[str]:
    return [part.value for part in subject if isinstance(part.value, str)]
