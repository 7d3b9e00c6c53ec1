"""A site's content security policy (CSP): pages load from the site alone, and no script runs that was added later.

An inline script is allowed by the digest of its text. A page lists the digests of its scripts, and ``_headers``, which
some hosts send with each file, lists those of all pages. As these hosts limit the length of its lines, a script that
occurs in only one page goes into a separate file.
"""

import base64
import hashlib
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.DOTALL | re.IGNORECASE)
DIGEST = re.compile(r"'sha256-[A-Za-z0-9+/=]+'")
META = '<meta http-equiv="Content-Security-Policy" content="'
CHARSET = re.compile(r'<meta charset="[^"]*"\s*/?>')
RUN = {"", "module", "importmap", "text/javascript"}  # the types of scripts that a policy concerns; others are data
FOLDER = "_static/inline"
LONGEST = 2000  # characters of a line of `_headers`

# Inline styles are allowed: mathematics and figures are drawn with them. WebAssembly is what Python runs on.
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{digests}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'"
)
# Only headers can say what a page cannot say about itself.
HEADERS = """\
/*
  Content-Security-Policy: {policy}; frame-ancestors 'self'
  X-Content-Type-Options: nosniff
  Referrer-Policy: strict-origin-when-cross-origin
  Permissions-Policy: camera=(), geolocation=(), microphone=()
"""


class Unsafe(ValueError):
    """A page cannot be put under the policy; the message says which page, and why."""


def secure(folder):
    """Put each page of a site under the policy, in place.

    Raises Unsafe if a tag has its own handler, which no digest allows.
    """
    pages = {path: path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.html"))}
    common = Counter(text for html in pages.values() for text in set(inline(html)))
    for path, html in pages.items():
        _Tags(path.relative_to(folder)).feed(html)
        up = "../" * (len(path.relative_to(folder).parts) - 1)
        html = SCRIPT.sub(lambda script: _apart(script, common, folder, up), html)  # noqa: B023 (used at once)
        digests = sorted({digest(text) for text in inline(html)})
        policy = POLICY.format(digests="".join(f" {each}" for each in digests))
        beginning = CHARSET.search(html)
        place = beginning.end() if beginning else 0
        path.write_text(f'{html[:place]}\n{META}{policy}">{html[place:]}', encoding="utf-8")


def headers(folder):
    """Return the text of ``_headers`` for a site: the policy that allows what any of its pages allows.

    Raises Unsafe if it is too long for the hosts that read it.
    """
    digests = set()
    for path in folder.rglob("*.html"):
        html = path.read_text(encoding="utf-8")
        begin = html.find(META)
        digests.update(DIGEST.findall(html[begin : html.find(">", begin)]))
    text = HEADERS.format(policy=POLICY.format(digests="".join(f" {each}" for each in sorted(digests))))
    if longest := next((line for line in text.splitlines() if len(line) > LONGEST), None):
        raise Unsafe(f"_headers: a line must have at most {LONGEST} characters, got {len(longest)}: {longest[:60]}...")
    return text


def inline(html):
    """Return the texts of the inline scripts of a page that would run.

    >>> inline('<script src="a.js"></script><script>1</script><script type="application/json">{}</script>')
    ['1']
    """
    return [script[2] for script in SCRIPT.finditer(html) if _is_inline(script)]


def digest(text):
    """Return the digest with which a policy allows a script.

    >>> digest("alert('Hello, world.');")  # the example of the specification
    "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"
    """
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _is_inline(script):
    kind = re.search(r'type="([^"]*)"', script[1])
    return "src=" not in script[1] and (kind[1] if kind else "").lower() in RUN


def _apart(script, common, folder, up):
    """Return a script as it is, or a tag that loads it from a file if it occurs in one page only."""
    if not _is_inline(script) or common[script[2]] > 1 or "importmap" in script[1]:
        return script[0]
    name = f"{FOLDER}/{hashlib.sha256(script[2].encode()).hexdigest()[:12]}.js"
    path = Path(folder) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(script[2], encoding="utf-8")
    return f'<script{script[1]} src="{up}{name}"></script>'


class _Tags(HTMLParser):
    """Refuses, in the tags of a page, what no digest allows."""

    def __init__(self, name):
        super().__init__()
        self.name = name

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name.startswith("on"):
                raise Unsafe(f"{self.name}: a tag must not have its own handler, got <{tag} {name}={value!r}>")
            if (value or "").strip().lower().startswith("javascript:"):
                raise Unsafe(f"{self.name}: a link must lead to an address, got <{tag} {name}={value!r}>")
