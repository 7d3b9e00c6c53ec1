"""One warm interpreter for all that this process grades."""

import atexit

from .client import Server

_servers = {}


def warm(isolation) -> Server:
    """Return this process's warm interpreter, started the first time; to be waited for before sandboxes are asked of it.

    It ends with the process.
    """
    server = _servers.get(isolation)
    if server is None or not server.is_running():
        server = _servers[isolation] = Server(isolation=isolation)
        server.start()
        atexit.register(server.stop)
    return server
