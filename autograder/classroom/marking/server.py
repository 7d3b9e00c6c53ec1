"""Serve the marking page to a browser on this machine, and to nobody without the token in its address."""

import hmac
import json
import re
import secrets
import socket
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from nbgrader.api import Student
from sqlalchemy import select

from .. import config as settings
from ..aliases import aliases
from ..layout import ClassError, open_class, require_access
from ..look import style
from ..results import record_of
from . import rubric, views
from .handed import handed, prompt
from .marks import Change, Overtaken, change_items, mark
from .questions import AGAIN, TO_MARK, answers, key, question, questions, shuffled

HERE = Path(__file__).parent
HOST = "127.0.0.1"
MOST_SENT = 200_000  # bytes
MOST_OPEN = 64  # connections: each takes a thread, and a browser keeps some open that it may never use
# No page here runs any script but ours, or loads anything from elsewhere; no other site's page may embed one of ours.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src data:; img-src data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
BESIDE = re.compile(r"beside the notebook \(.*\)")  # a file's name may tell whose it is
HTML, JSON = "text/html; charset=utf-8", "application/json"


@dataclass
class Desk:
    """What one marker is shown of a class, and does to it: a request in, a reply out, one at a time."""

    place: object
    marker: str
    anonymous: bool
    root: str  # of all addresses, with the token
    lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, parts):
        """Return (type, content) for an address's parts below the root; raise a KeyError for what is not there."""
        if parts == ["mark.css"]:
            return "text/css; charset=utf-8", style(HERE / "mark.css")
        if parts == ["mark.js"]:
            return "text/javascript; charset=utf-8", (HERE / "mark.js").read_text(encoding="utf-8")
        with settings.gradebook(settings.load(self.place)) as gradebook:
            if parts == [""]:
                return HTML, views.overview(self.root, questions(gradebook, self.place))
            topic, name, which = parts
            asked = question(gradebook, self.place, topic, name)
            kept = rubric.read(asked)
            found = shuffled(asked, answers(gradebook, asked, kept), self.marker)
            names = self._names(gradebook, found)
            listed = [(key(asked, each.student), names[each.student], each) for each in found]
            if which == "":
                return HTML, views.listing(self.root, asked, listed)
            return HTML, self._marking(asked, listed, kept, which)

    def post(self, parts, sent):
        """Do what was sent to an address, and return the result as plain data."""
        config = settings.load(self.place)
        topic, name, which = parts
        with settings.gradebook(config) as gradebook:
            asked = question(gradebook, self.place, topic, name)
            students = [each.student for each in answers(gradebook, asked, rubric.read(asked))]
        if which == "items":
            wanted = [(each["id"], each["points"], each["text"]) for each in sent["items"]]
            _, moved, left = change_items(config, asked, sent["seen"], wanted)
            kept = f" Given elsewhere, and left as they are: {left}." if left else ""
            return {"told": f"Items saved; {moved} mark{' has' if moved == 1 else 's have'} moved.{kept}"}
        student = {key(asked, student): student for student in students}[which]
        change = Change(sent["seen"], sent["action"], tuple(sent["items"]), float(sent["adjust"]), sent["comment"])
        answer, kept = mark(config, asked, student, change, self.marker)
        return views.state(answer, asked, kept)

    def _names(self, gradebook, found):
        if not self.anonymous:
            return {answer.student: answer.student for answer in found}
        return aliases(self.place, gradebook.db.scalars(select(Student.id)).all())

    def _marking(self, asked, listed, kept, which):
        keys = [each for each, _, _ in listed]
        number = keys.index(which) if which in keys else None
        if number is None:
            raise KeyError(which)
        _, name, answer = listed[number]
        after = [*listed[number + 1 :], *listed[:number]]
        waiting = next((each for each, _, other in after if other.state in (TO_MARK, AGAIN)), "")
        around = {
            "previous": keys[number - 1] if number else "",
            "next": keys[number + 1] if number + 1 < len(keys) else "",
            "waiting": waiting,
        }
        shown = handed(asked, answer.student)
        said = record_of(self.place, answer.student, asked.topic).get("flags", {}).get(asked.id, ())
        doubts = [BESIDE.sub("beside the notebook", each) if self.anonymous else each for each in said]
        around = {where: each for where, each in around.items() if each}
        at = (number + 1, len(listed))
        return views.marking(self.root, asked, answer, kept, shown, doubts, at, around, name, prompt(asked))


class _Handler(BaseHTTPRequestHandler):
    """Turns requests into calls of the server's desk, and refuses those that do not come from its own page."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "autograder", ""
    timeout = 60

    def do_GET(self):
        self._reply(lambda parts: self.server.desk.get(parts))

    def do_POST(self):
        self._reply(lambda parts: (JSON, json.dumps(self.server.desk.post(parts, self._sent()))))

    def log_message(self, *arguments):
        """Say nothing: an address has the token in it."""

    def _reply(self, run):
        try:
            parts = self._parts()
        except (PermissionError, ValueError):  # no page of ours for those who may not know the token: it names it
            self._send(403, HTML, "This address does not work in this browser; use the one that the command printed.")
            return
        try:
            with self.server.desk.lock:
                kind, content = run(parts)
            self._send(200, kind, content)
        except Overtaken as error:
            self._send(409, JSON, json.dumps({"told": str(error), "version": error.now and error.now.version}))
        except ClassError as error:
            self._fail(422, str(error))
        except (KeyError, TypeError, ValueError, IndexError):
            self._fail(404, "There is nothing at this address, or it was sent something that it does not take.")
        except Exception:
            self.server.log.exception("a request failed")
            self._fail(500, "Something went wrong, and nothing was saved; .autograder/mark.log says why.")

    def _parts(self):
        """Return the parts of the address below the token, once it is certain that the class's own marker is asking."""
        host = urlsplit(f"//{self.headers.get('Host', '')}").hostname
        origin = self.headers.get("Origin")
        token, _, rest = urlsplit(self.path).path.removeprefix("/").partition("/")
        if (
            host not in (HOST, "localhost")  # another name that leads here is another's page
            or (origin is not None and urlsplit(origin).netloc != self.headers["Host"])
            or not hmac.compare_digest(token.encode(), self.server.token.encode())
        ):
            raise PermissionError
        return [unquote(part) for part in rest.split("/")]

    def _sent(self):
        size = int(self.headers.get("Content-Length", 0))
        if self.headers.get_content_type() != JSON or not 0 < size <= MOST_SENT:
            raise ClassError(f"a mark is at most {MOST_SENT} bytes of JSON")
        return json.loads(self.rfile.read(size))

    def _fail(self, status, words):
        if self.command == "POST":
            self._send(status, JSON, json.dumps({"told": words}))
        else:
            self._send(status, HTML, views.page(self.server.desk.root, "Not found", f"<p>{views.text(words)}</p>"))

    def _send(self, status, kind, content):
        body = content.encode("utf-8", "replace")
        self.send_response(status)
        if status != 200:  # what came with the request may not have been read
            self.send_header("Connection", "close")
            self.close_connection = True
        for name, value in {**HEADERS, "Content-Type": kind, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(ConnectionError):
            self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self._open, self._lock = {}, threading.Lock()

    def process_request(self, request, address):
        """Serve a connection; if there are too many, the oldest ends, so that the newest is always served."""
        with self._lock:
            oldest = next(iter(self._open)) if len(self._open) == MOST_OPEN else None
            self._open.pop(oldest, None)
            self._open[request] = None
        if oldest is not None:
            with suppress(OSError):
                oldest.shutdown(socket.SHUT_RDWR)
        super().process_request(request, address)

    def shutdown_request(self, request):
        with self._lock:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, request, address):
        self.log.exception("a connection failed")


@contextmanager
def serve(directory, exercise="", *, marker, anonymous=False, port=0):
    """Serve a class's marking page until the block ends; yield its address, which is the key to it.

    Parameters
    ----------
    directory : path
        The class directory.
    exercise : str, optional
        The question to begin with, such as "dropout/fair_comparison".
    marker : str
        Who marks: it sets the order of answers, and is shown to other markers.
    anonymous : bool, optional
        Show aliases instead of students' ids, the same as in an anonymous report.
    port : int, optional
        Where to serve; by default, any port that is free.

    Raises
    ------
    ClassError
        When there is no such class or question, this user may not write to it, or the port is taken.
    """
    place = open_class(directory)
    require_access(place)
    topic, _, name = exercise.partition("/")
    if exercise:
        with settings.gradebook(settings.load(place)) as gradebook:
            question(gradebook, place, topic, name)
    token = secrets.token_urlsafe(24)
    try:
        server = _Server((HOST, port), _Handler)
    except OSError as error:
        raise ClassError(f"port {port} cannot be used ({error.strerror}); choose another one: --port N") from error
    server.token, server.desk = token, Desk(place, marker, anonymous, f"/{token}/")
    with server, settings.log_to(place.state / "mark.log") as server.log:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_address[1]}/{token}/{f'{exercise}/' if exercise else ''}"
        finally:
            server.shutdown()
            thread.join()
