"""Talk to a platform: get an access token for a signed assertion, list its line items, and post a student's score.

Each token is for one scope, so that a platform that does not grant them all is asked for none that it refuses.
"""

import time
import uuid
from urllib.parse import urlsplit

import jwt
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from ..layout import ClassError
from .platform import jwk, require_secure

SCOPES = "https://purl.imsglobal.org/spec/lti-ags/scope/"
MANAGE, READ, SCORE = f"{SCOPES}lineitem", f"{SCOPES}lineitem.readonly", f"{SCOPES}score"
LINE_ITEMS = "application/vnd.ims.lis.v2.lineitemcontainer+json"
LINE_ITEM = "application/vnd.ims.lis.v2.lineitem+json"
A_SCORE = "application/vnd.ims.lis.v1.score+json"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTED, EARLY = 300, 60  # seconds: how long an assertion is valid; how long before its end a token is no longer used
WAIT = 30  # seconds for an answer
LONGEST = 300  # characters of what a platform says
REASONS = ("reason", "error_description", "message", "errors", "error", "detail")  # where platforms say why
# Retried only if the platform says it took nothing, or was not reached: anything else might then be done twice.
AGAIN = Retry(
    total=4,
    connect=1,
    read=0,
    status=3,
    other=0,
    redirect=0,
    status_forcelist=(429, 503),
    allowed_methods=None,
    backoff_factor=1,
    raise_on_status=False,
)


class Refused(Exception):
    """The platform does not do what it was asked; the message is its own sentence."""


class Service:
    """The Assignment and Grade Services of a `Platform`, for anyone who holds the key that it knows."""

    def __init__(self, platform, key):
        self._platform, self._key = platform, key
        self._tokens = {}  # (token, when it is no longer used) by scope
        self._session = requests.Session()
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=AGAIN))

    def line_items(self):
        """Return the platform's line items, from all its pages, and whether it lets the class make more.

        Raises
        ------
        Refused
            When it gives no line items.
        ClassError
            When it gives no token.
        """
        try:
            self._token(scope := MANAGE)
        except Refused:
            scope = READ
        found, url = [], self._platform.lineitems  # without a limit: with one, Moodle's links are illegible
        seen = set()
        while url and url not in seen:
            seen.add(url)
            answer = self._ask("GET", self.own(url), scope, headers={"Accept": LINE_ITEMS})
            page = _json(answer)
            found += [item for item in page if isinstance(item, dict)] if isinstance(page, list) else []
            url = answer.links.get("next", {}).get("url")
        return found, scope == MANAGE

    def make_line_item(self, topic, possible):
        """Make a line item and return its address.

        Raises
        ------
        Refused
            When the platform makes none.
        """
        item = {"label": topic, "resourceId": topic, "scoreMaximum": possible}
        headers = {"Content-Type": LINE_ITEM, "Accept": LINE_ITEM}
        made = _json(self._ask("POST", self._platform.lineitems, MANAGE, json=item, headers=headers))
        if not isinstance(made, dict) or not isinstance(made.get("id"), str):
            raise Refused("the line item that was made has no id")
        return self.own(made["id"])

    def post(self, line_item, score):
        """Post a score, a dictionary as the standard has it, to a line item.

        Raises
        ------
        Refused
            When the platform does not take it.
        ClassError
            When it gives no token.
        """
        parts = urlsplit(line_item)  # the query stays at the end
        url = parts._replace(path=f"{parts.path.rstrip('/')}/scores").geturl()
        self._ask("POST", url, SCORE, json=score, headers={"Content-Type": A_SCORE})

    def own(self, url):
        """Return an address that the platform gave, if it is one of the host that the class names."""
        if urlsplit(url)[:2] != urlsplit(self._platform.lineitems)[:2]:
            raise Refused(f"it leads to another host, {url!r}, to which no token is sent")
        require_secure(url)
        return url

    def _token(self, scope):
        token, end = self._tokens.get(scope, ("", 0.0))
        if time.monotonic() < end:
            return token
        platform, now = self._platform, int(time.time())
        claims = {
            "iss": platform.client_id,
            "sub": platform.client_id,
            "aud": platform.audience or platform.token_url,
            "iat": now,
            "exp": now + ASSERTED,
            "jti": str(uuid.uuid4()),
        }
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION,
            "client_assertion": jwt.encode(claims, self._key, "RS256", headers={"kid": jwk(self._key)["kid"]}),
            "scope": scope,
        }
        told = _json(self._send("POST", platform.token_url, data=form, auth=lambda request: request))
        if not isinstance(told, dict) or not isinstance(told.get("access_token"), str):
            raise Refused("the answer has no access token")
        lasts = told.get("expires_in", ASSERTED)
        lasts = lasts if isinstance(lasts, int | float) else ASSERTED
        self._tokens[scope] = told["access_token"], time.monotonic() + lasts - min(EARLY, lasts / 2)
        return told["access_token"]

    def _ask(self, method, url, scope, **options):
        try:
            token = self._token(scope)
        except Refused as refusal:
            name = scope.rpartition("/")[2].removesuffix(".readonly")
            raise ClassError(
                f"the platform gives no token for {name} ({refusal}); check that it knows lti.toml's client id and "
                "the class's public key, and grants that scope"
            ) from refusal

        def bear(request):  # as `auth`, since a header alone gives way to what ~/.netrc has for the host
            request.headers["Authorization"] = f"Bearer {token}"
            return request

        return self._send(method, url, auth=bear, **options)

    def _send(self, method, url, **options):
        try:
            answer = self._session.request(method, url, timeout=WAIT, allow_redirects=False, **options)
        except requests.RequestException as error:
            raise ClassError(
                f"{urlsplit(url).hostname} cannot be reached ({type(error).__name__}: {error}); what was sent is "
                "noted, and the same command goes on from there"
            ) from error
        if not 200 <= answer.status_code < 300:
            raise Refused(_sentence(answer))
        return answer


def _json(answer):
    try:
        return answer.json()
    except requests.JSONDecodeError:
        raise Refused("the answer is not JSON") from None


def _sentence(answer):
    """Return what a platform says when it refuses, after the status."""
    try:
        said = _words(answer.json())
    except requests.JSONDecodeError:
        said = ""
    return f"{answer.status_code} {(said or answer.reason or 'without a reason')[:LONGEST]}"


def _words(told):
    if isinstance(told, str):
        return told
    if isinstance(told, list):
        return "; ".join(filter(None, map(_words, told)))
    found = (_words(told.get(name)) for name in REASONS) if isinstance(told, dict) else ()
    return next(filter(None, found), "")
