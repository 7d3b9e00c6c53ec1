"""The platform that a class sends its grades to, as ``lti.toml`` names it, and the key by which it knows the class."""

import base64
import hashlib
import json
import tomllib
from dataclasses import dataclass, field, fields
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from jwt.algorithms import RSAAlgorithm

from ..layout import ClassError, write_file

REQUIRED = ("token_url", "client_id")
BITS = 2048


@dataclass(frozen=True)
class Platform:
    """Where a class's grades go.

    Attributes
    ----------
    token_url, client_id : str
        Where the platform gives access tokens, and the id under which it knows the class.
    lineitems : str
        The address of the line items of its course. They are found there by resource id or label, which is the topic;
        one that is missing is made.
    line_items : dict of str
        Addresses of particular line items, by topic; these are not looked up.
    audience : str
        Whom the assertion is for, if that is not `token_url`.
    key_file : str
        The private key, by its path in the class directory.
    """

    token_url: str
    client_id: str
    lineitems: str = ""
    line_items: dict[str, str] = field(default_factory=dict)
    audience: str = ""
    key_file: str = "lti.pem"


def read(place) -> Platform:
    """Return what a class's ``lti.toml`` says.

    Raises
    ------
    ClassError
        When it is missing, lacks a required setting or has an unknown one, or an address is not https.
    """
    path = place.root / "lti.toml"
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ClassError(
            f"{path} is missing: it names the platform, by {', '.join(REQUIRED)} and lineitems (see the book's guide)"
        ) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ClassError(f"{path} is not TOML in UTF-8 ({error})") from error
    known = {each.name: dict if each.name == "line_items" else str for each in fields(Platform)}
    for name, value in told.items():
        if name not in known:
            raise ClassError(f"{path}: the settings are {', '.join(known)}; found {name}")
        texts = value.values() if known[name] is dict and isinstance(value, dict) else (value,)
        if not isinstance(value, known[name]) or not all(isinstance(text, str) and text for text in texts):
            wanted = "a table of strings" if known[name] is dict else "a string"
            raise ClassError(f"{path}: {name} must be {wanted}, got {value!r}")
    missing = [name for name in REQUIRED if name not in told]
    if missing or not ("lineitems" in told or told.get("line_items")):
        raise ClassError(f"{path} lacks {', '.join(missing or ['lineitems'])}")
    platform = Platform(**told)
    for url in (platform.token_url, *filter(None, [platform.lineitems]), *platform.line_items.values()):
        require_secure(url)
    return platform


def require_secure(url):
    """Refuse an address to which a secret would go in the clear, unless it is on this machine.

    >>> require_secure("https://canvas.example.edu/login/oauth2/token")
    >>> require_secure("http://canvas.example.edu/login/oauth2/token")
    Traceback (most recent call last):
    autograder.classroom.layout.ClassError: a platform's address must begin with https://, got ...
    """
    try:
        scheme, host = urlsplit(url).scheme, urlsplit(url).hostname or ""
    except ValueError:  # half an IPv6 address
        scheme, host = "", ""
    if not host or scheme != "https" and not (scheme == "http" and host in ("127.0.0.1", "::1", "localhost")):
        raise ClassError(f"a platform's address must begin with https://, got {url!r}")


def key_of(place, platform, *, make):
    """Return the class's private key.

    If there is none yet and `make` is true, one is made, with its public half next to it as PEM and as JWK.

    Raises
    ------
    ClassError
        When there is none (one that was just made is not registered yet), or the file holds no RSA key.
    """
    path = place.root / platform.key_file
    public, as_jwk = path.with_suffix(".pub.pem"), path.with_suffix(".jwk.json")
    if not path.exists():
        if not make:
            raise ClassError(f"there is no key {path} yet; make one with: autograder send {place.root}")
        key = generate_private_key(public_exponent=65537, key_size=BITS)
        write_file(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), mode=0o600)
        write_file(public, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        write_file(as_jwk, f"{json.dumps(jwk(key), indent=1)}\n".encode())
        raise ClassError(
            f"made the class's key, {path}; register its public half, {public} or {as_jwk}, with the platform, and run "
            "the same command again"
        )
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ClassError(f"{path} holds no private key that can be read without a password ({error})") from error
    if not isinstance(key, RSAPrivateKey):
        raise ClassError(f"{path} must hold an RSA key, since platforms take RS256; remove it to have one made")
    return key


def jwk(key):
    """Return the public half of a key as a JSON Web Key, whose id is its thumbprint (RFC 7638)."""
    told = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    required = json.dumps({name: told[name] for name in ("e", "kty", "n")}, separators=(",", ":"))
    digest = hashlib.sha256(required.encode()).digest()
    about = {"kid": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), "alg": "RS256", "use": "sig"}
    return {name: told[name] for name in ("kty", "n", "e")} | about
