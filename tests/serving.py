"""A web server for a single test, on this machine."""

import http.server
import threading
from contextlib import contextmanager


@contextmanager
def serving(handler):
    """Serve with a `handler` of http.server's at any free port, and yield the address."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
