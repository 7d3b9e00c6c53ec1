"""Serve built pages on this machine, along with all that they fetch from other hosts."""

import contextlib
import functools
import http.server
import io

from autograder.live import decorate
from publish.own import MATHJAX
from tests.book import packages
from tests.serving import serving

LOCAL = {decorate.PYODIDE: "/pyodide/", MATHJAX: "/mathjax/", decorate.MODULES: "/modules/"}


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves pages, with other hosts' addresses replaced, and Pyodide, MathJax and the editor's modules from npm."""

    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".mjs": "text/javascript",
        ".js": "text/javascript",
        ".wasm": "application/wasm",
    }

    def __init__(self, *arguments, modules, pyodide, local, **options):
        self.modules, self.pyodide, self.local = modules, pyodide, local
        super().__init__(*arguments, **options)

    def send_head(self):
        path = self.path.partition("?")[0]
        place, _, rest = path.removeprefix("/").partition("/")
        if place == "pyodide":
            found = self.pyodide.get(rest)
            return self._send(found if isinstance(found, bytes) else found.read_bytes() if found else None)
        if place == "mathjax":
            return self._send((self.modules / "mathjax" / rest).read_bytes())
        if place == "modules":
            scope, name = rest.rpartition("@")[0], rest.rpartition("@")[2]
            return self._send((self.modules / scope / name.partition("/")[2]).read_bytes())
        if path.endswith(".html"):
            with open(self.translate_path(path), "rb") as page:
                content = page.read()
            for host in self.local:
                content = content.replace(host.encode(), LOCAL[host].encode())
            return self._send(content)
        return super().send_head()

    def _send(self, content):
        if content is None:
            return self.send_error(404)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(self.path.partition("?")[0]))
        sent = self.sent(content)
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        return io.BytesIO(sent)

    def sent(self, content):
        """Return the bytes to send for a content, after sending any header about their encoding."""
        return content

    def log_message(self, *arguments):
        pass


@contextlib.contextmanager
def served(html, handler=Handler, local=tuple(LOCAL)):
    """Serve the built book in the folder `html` with a `handler`, replacing the hosts `local`; yield its address."""
    modules = packages.install()
    pyodide = packages.pyodide_files(modules)
    handler = functools.partial(handler, directory=str(html), modules=modules, pyodide=pyodide, local=local)
    with serving(handler) as address:
        yield address
