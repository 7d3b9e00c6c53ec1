"""A service worker next to the pages, for reading and practising without a network after the first visit.

Pages and files of the site come from the network whenever there is one, so that a new release is seen at once; the
kept copies are for when there is none. Only what has its version in its address, like files of other hosts, is fetched
just once.
"""

import hashlib
import json
from pathlib import Path

from autograder.live.decorate import EDITOR

WORKER = Path(__file__).with_name("sw.js")
# A site that no longer wants it still has to end the one that browsers have.
NONE = """\
addEventListener("install", () => skipWaiting())
addEventListener("activate", (event) => event.waitUntil(end()))
async function end() {
  const ours = `course ${new URL(registration.scope).pathname} `
  for (const name of await caches.keys()) if (name.startsWith(ours)) await caches.delete(name)
  await registration.unregister()
}
"""
LEFT_OUT = {".map", ".inv", ".buildinfo"}
LARGEST = 2_000_000  # bytes of a file that is kept before anybody has asked for it


def setup(app):
    """Connect the service worker to Sphinx."""
    app.add_config_value("live_offline", True, "html", bool)
    app.connect("config-inited", _register)
    app.connect("build-finished", write, priority=900)  # after all that it lists


def _register(app, config):
    if config.live_offline:
        app.add_js_file("offline.js", loading_method="defer")


def write(app, exception):
    """Write the service worker, with the current list of files that it keeps."""
    if exception is not None or app.builder.format != "html":
        return
    path = Path(app.outdir) / "sw.js"
    addresses = app.config.live_pyodide, app.config.live_modules
    text = worker(Path(app.outdir), addresses) if app.config.live_offline else NONE
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def worker(site, addresses):
    """Return the source of the service worker of a built site.

    What is at one of the `addresses`, folders of the site or of another host, has its version in its address or changes
    only together with the rest.
    """
    folders = tuple(address for address in addresses if "://" not in address)
    files = {}
    for file in sorted(site.rglob("*")):
        name = file.relative_to(site).as_posix()
        skipped = name == "sw.js" or file.suffix in LEFT_OUT or name.startswith(("_sources/", ".", *folders))
        if file.is_file() and not skipped and file.stat().st_size <= LARGEST:
            files[name] = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
    course = {"files": files, "folders": folders, "fixed": _digest_of_fixed(site, addresses, folders)}
    return f"const course = {json.dumps(course)}\n{WORKER.read_text(encoding='utf-8')}"


def _digest_of_fixed(site, addresses, folders):
    """Return a digest that changes with what is kept for good."""
    total = hashlib.sha256(json.dumps([*addresses, EDITOR]).encode())
    for file in sorted(file for folder in folders for file in (site / folder).rglob("*") if file.is_file()):
        total.update(file.relative_to(site).as_posix().encode() + file.read_bytes())
    return total.hexdigest()[:12]
