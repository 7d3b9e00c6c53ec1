"""One warm interpreter for all that this process grades."""

import atexit

from .client import Server

_servers = {}


def warm(isolation) -> Server:
    """Return this process's warm interpreter, started the first time; it ends with the process.

    Wait for it before you ask it for sandboxes.
    """
    server = _servers.get(isolation)
    if server is None or not server.is_running():
        server = _servers[isolation] = Server(isolation=isolation)
        server.start()
        atexit.register(server.stop)
    return server
