"""The huvudman's client certificate: what it says, the three fingerprints that are asked for, and TLS with it.

Source: domain sheet 7.
"""

from __future__ import annotations

import base64
import hashlib
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes

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

    @property
    def url_thumbprint(self) -> str:
        """The thumbprint as RFC 8705 writes it: base64url without padding."""
        return self.thumbprint.translate(str.maketrans("+/", "-_")).rstrip("=")


def facts(token: Token) -> CertificateFacts:
    """What the client certificate says. Raises ConfigError where it, or its key, cannot be used."""
    certificate = _certificate(token.certificate)
    key = _key(token)
    public = _spki(certificate.public_key())
    if _spki(key.public_key()) != public:
        raise ConfigError(f"token.key: {token.key} is not the key of {token.certificate}. Use the pair that belongs.")
    der = certificate.public_bytes(serialization.Encoding.DER)
    subject = certificate.subject
    return CertificateFacts(
        not_before=int(certificate.not_valid_before_utc.timestamp() * 1000),
        not_after=int(certificate.not_valid_after_utc.timestamp() * 1000),
        organisation=_part(subject, x509.NameOID.ORGANIZATION_NAME),
        serial_number=_part(subject, x509.NameOID.SERIAL_NUMBER),
        thumbprint=base64.b64encode(hashlib.sha256(der).digest()).decode(),
        pin=pin_of(der),
    )


def pin_of(der: bytes) -> str:
    """A certificate's public key as a pin: sha256//…"""
    public = _spki(x509.load_der_x509_certificate(der).public_key())
    return f"sha256//{base64.b64encode(hashlib.sha256(public).digest()).decode()}"


def client_context(token: Token) -> ssl.SSLContext:
    """TLS that shows the client certificate. Raises ConfigError."""
    facts(token)
    context = trust(token.ca, "token.ca")
    password = token.key_password.get_secret_value() if token.key_password else None
    try:
        context.load_cert_chain(token.certificate, token.key, password)
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


def _certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())[0]
    except OSError as error:
        raise ConfigError(f"token.certificate: {path} cannot be read: {error.strerror}") from None
    except ValueError:
        raise ConfigError(f"token.certificate: {path} holds no certificate in PEM form (-----BEGIN …).") from None


def _key(token: Token) -> PrivateKeyTypes:
    password = token.key_password.get_secret_value().encode() if token.key_password else None
    try:
        key = serialization.load_pem_private_key(token.key.read_bytes(), password)
    except OSError as error:
        raise ConfigError(f"token.key: {token.key} cannot be read: {error.strerror}") from None
    except TypeError:
        why = "is encrypted; set token.key_password" if password is None else "is not encrypted; drop key_password"
        raise ConfigError(f"token.key: {token.key} {why}.") from None
    except ValueError:
        raise ConfigError(f"token.key: {token.key} holds no key in PEM form, or the password is wrong.") from None
    return key


def _spki(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _part(subject: x509.Name, oid: x509.ObjectIdentifier) -> str:
    found = subject.get_attributes_for_oid(oid)
    return str(found[0].value) if found else ""
