"""The system's Firefox, driven by WebDriver BiDi: what a walk through a page needs of it, and no more."""

import contextlib
import itertools
import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import websocket

PROGRAM = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)
PREFERENCES = {
    "app.normandy.enabled": False,
    "app.update.auto": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.proxy.no_proxies_on": "127.0.0.1",  # no other host is reached
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.proxy.type": 1,
}
SLOW = 90  # seconds: other tests may run at the same time
KEYS = {"Control": "\ue009", "Shift": "\ue008", "Enter": "\ue007"}


class Firefox:
    """A window of Firefox; `send` is a command of the protocol, everything else is what a reader does."""

    def __init__(self, socket):
        self._socket, self._numbers = socket, itertools.count(1)
        self.send("session.new", capabilities={})
        # Without a screen, the window that Firefox opens at the start never gets the focus.
        self._tab = self.send("browsingContext.create", type="window")["context"]

    def send(self, method, **params):
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while (answer := json.loads(self._socket.recv())).get("id") != number:
            pass  # an event
        if answer["type"] == "error":
            raise RuntimeError(f"{method}: {answer['error']}: {answer['message']}")
        return answer["result"]

    def open(self, address):
        self.send("browsingContext.navigate", context=self._tab, url=address, wait="complete")

    def reload(self):
        self.send("browsingContext.reload", context=self._tab, wait="complete")

    def evaluate(self, expression):
        """Return the value of a JavaScript expression: text, a number, a boolean or None."""
        return self._evaluate(expression).get("value")

    def wait(self, expression):
        """Wait until the value of an expression is true, and return it."""
        end = time.monotonic() + SLOW
        while not (value := self.evaluate(expression)):
            assert time.monotonic() < end, f"after {SLOW} s still not: {expression}"
            time.sleep(0.1)
        return value

    def click(self, element):
        """Click on the element that is the value of an expression."""
        found = self._evaluate(element)
        assert found["type"] == "node", element
        origin = {"type": "element", "element": {"sharedId": found["sharedId"]}}
        self._evaluate(f"{element}.scrollIntoView({{ block: 'center', behavior: 'instant' }})")
        move = {"type": "pointerMove", "x": 0, "y": 0, "origin": origin}
        self._act("pointer", [move, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}])

    def press(self, *keys):
        """Press keys together, such as ``"Shift", "Enter"``."""
        named = [KEYS.get(key, key) for key in keys]
        down = [{"type": "keyDown", "value": key} for key in named]
        self._act("key", [*down, *({"type": "keyUp", "value": key} for key in reversed(named))])

    def write(self, text):
        for letter in text:
            self.press("Enter" if letter == "\n" else letter)

    def _act(self, kind, actions):
        source = {"type": kind, "id": kind, "actions": actions}
        self.send("input.performActions", context=self._tab, actions=[source])

    def _evaluate(self, expression):
        target = {"context": self._tab}
        done = self.send("script.evaluate", expression=expression, target=target, awaitPromise=True)
        assert done["type"] == "success", done.get("exceptionDetails")
        return done["result"]


@contextlib.contextmanager
def running():
    """Run a headless Firefox with its own profile, and yield it."""
    if PROGRAM is None:
        reason = "no Firefox is installed"
        pytest.fail(reason, pytrace=False) if "CI" in os.environ else pytest.skip(reason)
    with TemporaryDirectory() as profile:
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
        (Path(profile) / "user.js").write_text("\n".join(lines))
        command = [PROGRAM, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            address = f"ws://127.0.0.1:{_port(Path(profile), process)}/session"
            socket = websocket.create_connection(address, timeout=SLOW, suppress_origin=True)
            with contextlib.closing(socket):
                yield Firefox(socket)
        finally:
            process.terminate()
            process.wait(SLOW)


def _port(profile, process):
    """Return the port that Firefox listens on, once it says so in its profile."""
    said = profile / "WebDriverBiDiServer.json"
    end = time.monotonic() + SLOW
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
            return json.loads(said.read_text())["ws_port"]
        time.sleep(0.1)
    raise RuntimeError("Firefox does not listen")
