"""A learning platform for tests, as specified by IMS Security Framework 1.1 and Assignment and Grade Services 2.0.

Where the two systems differ, it behaves like its `kind`, following the sources of Canvas and of Moodle.
"""

import json
import secrets
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt

AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
CONTAINER = "application/vnd.ims.lis.v2.lineitemcontainer+json"
ITEM, SCORE = "application/vnd.ims.lis.v2.lineitem+json", "application/vnd.ims.lis.v1.score+json"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ACTIVITY = {"Initialized", "Started", "InProgress", "Submitted", "Completed"}
GRADING = {"FullyGraded", "Pending", "PendingManual", "Failed", "NotReady"}
CANVAS, MOODLE = "canvas", "moodle"
PAGE = 2  # line items per page in Canvas


class No(Exception):
    """A status and a message."""


class Platform:
    """The state of a platform: its tool's key and scopes, users, line items, and each score that it accepted."""

    def __init__(self, kind, scopes=("lineitem", "score")):
        self.kind = kind
        self.client_id = "10000000000007"
        self.scopes = {f"{AGS}{scope}" for scope in scopes}
        self.key = None  # a JWK
        self.users = set()
        self.items, self.results = [], {}  # result: (score, when it was written), by (item, user)
        self.taken, self.asked, self.assertions = [], [], set()
        self.tokens = {}  # scopes, by token
        self.lasts, self.busy = (
            3600,
            0,
        )  # the lifetime that it states for a token, in seconds; how many requests it puts off
        self.spoiled = set()  # scopes for which it issues tokens that it does not accept
        self.url = ""

    @property
    def settings(self):
        """The class's lti.toml for it."""
        course = "/api/lti/courses/4/line_items" if self.kind == CANVAS else "/mod/lti/services.php/4/lineitems"
        query = "?type_id=2" if self.kind == MOODLE else ""
        return {
            "token_url": f"{self.url}/token",
            "client_id": self.client_id,
            "lineitems": f"{self.url}{course}{query}",
        }

    def add(self, label, **more):
        """Add a line item as a teacher does, and return it."""
        base, _, query = self.settings["lineitems"].partition("?")
        number = len(self.items) + 1
        url = f"{base}/{number}" if self.kind == CANVAS else f"{base}/{number}/lineitem?{query}"
        self.items.append({"id": url, "label": label, "scoreMaximum": 100, **more})
        return self.items[-1]

    def grades(self, label):
        """Return what its gradebook shows in a column, by user: scores out of the column's maximum."""
        (item,) = [item for item in self.items if item["label"] == label]
        return {user: score for (url, user), (score, _) in self.results.items() if url == item["id"]}

    def answer(self, method, url, headers, body):
        """Return the status, headers and value of an answer."""
        path, query = urlsplit(url).path, parse_qs(urlsplit(url).query)
        self.asked.append((method, path))
        if self.busy:
            self.busy -= 1
            return 503, {"Retry-After": "0"}, {}
        if (method, path) == ("POST", "/token"):
            return 200, {}, self._token(headers, body)
        container = urlsplit(self.settings["lineitems"]).path
        if self.kind == MOODLE and query.get("type_id") != ["2"]:
            raise No(403, "Forbidden")
        if (method, path) == ("GET", container):
            self._require(headers, "lineitem", "lineitem.readonly")
            if headers["Accept"] != CONTAINER:
                raise No(400, "No context or unsupported content type")
            return self._list(query)
        if (method, path) == ("POST", container):
            self._require(headers, "lineitem")
            return 201, {"Content-Type": ITEM}, self._make(headers, json.loads(body))
        for item in self.items:
            if (method, path) == ("POST", f"{urlsplit(item['id']).path}/scores"):
                self._require(headers, "score")
                return self._take(item, headers, json.loads(body))
        raise No(404, "The specified resource does not exist.")

    def _token(self, headers, body):
        form = {name: value for name, (value,) in parse_qs(body.decode()).items()}
        if headers["Content-Type"] != "application/x-www-form-urlencoded" or headers["Authorization"]:
            raise No(400, "invalid_request")
        if (form.get("grant_type"), form.get("client_assertion_type")) != ("client_credentials", ASSERTION):
            raise No(400, "unsupported_grant_type")
        try:
            told = form["client_assertion"]
            assert jwt.get_unverified_header(told)["kid"] == self.key["kid"]
            claims = jwt.decode(
                told,
                jwt.PyJWK(self.key).key,
                algorithms=["RS256"],
                audience=self.settings["token_url"],
                issuer=self.client_id,
                options={"require": ["iss", "sub", "aud", "iat", "exp", "jti"]},
            )
            assert claims["sub"] == self.client_id
            assert 0 < claims["exp"] - claims["iat"] <= 3600
            assert claims["jti"] not in self.assertions
        except (jwt.PyJWTError, AssertionError, KeyError, TypeError):
            raise No(400, "invalid_client") from None
        self.assertions.add(claims["jti"])
        wanted = set(form.get("scope", "").split())
        granted = wanted & self.scopes
        if not granted or (self.kind == CANVAS and granted != wanted):
            raise No(400, "invalid_scope")
        token = secrets.token_urlsafe()
        self.tokens[token] = granted - self.spoiled
        about = {"token_type": "Bearer", "expires_in": self.lasts, "scope": " ".join(sorted(granted))}
        return {"access_token": token} | about

    def _require(self, headers, *scopes):
        granted = self.tokens.get((headers["Authorization"] or "").removeprefix("Bearer "), set())
        if not {f"{AGS}{scope}" for scope in scopes} & granted:
            raise No(401, "Invalid access token")

    def _list(self, query):
        about, found = {"Content-Type": CONTAINER}, self.items
        if self.kind == CANVAS:
            page = int(query.get("page", ["1"])[0])
            found = self.items[PAGE * (page - 1) : PAGE * page]
            if PAGE * page < len(self.items):
                following = f"{self.settings['lineitems']}?page={page + 1}"
                about["Link"] = f'<{self.settings["lineitems"]}?page=1>; rel="first",<{following}>; rel="next"'
        else:
            assert "limit" not in query  # its links are in quotation marks that no parser knows
        return 200, about, found

    def _make(self, headers, told):
        if headers["Content-Type"] != ITEM or not told.get("label") or not told.get("scoreMaximum", 0) > 0:
            raise No(400, "No label or Score Maximum")
        return self.add(**told)

    def _take(self, item, headers, score):
        if headers["Content-Type"] != SCORE:
            raise No(400, "Bad Request")
        if not {"userId", "timestamp", "activityProgress", "gradingProgress"} <= score.keys():
            raise No(400, "Incorrect score received")
        when = datetime.fromisoformat(score["timestamp"])
        assert when.tzinfo is not None
        assert "." in score["timestamp"]  # finer than seconds, as the standard requires
        assert score["activityProgress"] in ACTIVITY
        assert score["gradingProgress"] in GRADING
        assert isinstance(score["userId"], str)
        assert {"scoreGiven", "scoreMaximum"} <= score.keys() or "scoreGiven" not in score
        before = self.results.get((item["id"], score["userId"]))
        if self.kind == CANVAS:
            if score["userId"] not in self.users:
                raise No(422, "User not found in course or is not a student")
            if before and before[1] > when:
                raise No(400, f"Provided timestamp of {score['timestamp']} before last updated timestamp")
            written = when
        else:
            if score["userId"] not in self.users:
                raise No(400, "Incorrect score received")
            if before and before[1] >= when.replace(microsecond=0):
                raise No(409, f"Refusing score with an earlier timestamp for item 1 and user {score['userId']}")
            written = max(datetime.now(UTC), when).replace(microsecond=0)
        given = None
        if score["gradingProgress"] == "FullyGraded":
            given = score["scoreGiven"] * item["scoreMaximum"] / score["scoreMaximum"]
        self.results[item["id"], score["userId"]] = given, written
        self.taken.append(score)
        return 200, {"Content-Type": SCORE}, {"resultUrl": f"{item['id']}/results/1"}

    def refusal(self, status, said):
        """Return the way this kind of platform says no."""
        if said.startswith("invalid_") or said.startswith("unsupported_"):
            return {"error": said}
        if self.kind == CANVAS:
            return {"errors": {"type": "unprocessable_entity", "message": said}}
        return {"status": status, "reason": said, "request": {"method": "POST"}}


@contextmanager
def serving(platform):
    """Serve a platform on this machine for as long as the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        def _do(self):
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            try:
                status, about, value = platform.answer(self.command, self.path, self.headers, body)
            except No as no:
                status, about, value = no.args[0], {}, platform.refusal(*no.args)
            except AssertionError as error:
                status, about, value = 500, {}, {"error": f"against the standard, line {error.__traceback__.tb_lineno}"}
            content = json.dumps(value).encode()
            self.send_response(status)
            for name, text in {
                "Content-Type": "application/json",
                "Content-Length": str(len(content)),
                **about,
            }.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _do

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    platform.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield platform
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
