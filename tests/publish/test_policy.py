"""A site's content security policy allows the scripts that are in its pages when it is made, and no others."""

import re

import pytest

from publish import policy

PAGE = '<!doctype html><html><head><meta charset="utf-8" />{head}</head><body>{body}</body></html>'


@pytest.fixture
def write(tmp_path):
    """A function that writes a page of a site, and returns the site's folder."""

    def _write(name, head="", body=""):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(PAGE.format(head=head, body=body), encoding="utf-8")
        return tmp_path

    return _write


def told(folder, name):
    """Return the policy of a page, by directive."""
    said = re.search(r'Content-Security-Policy" content="([^"]*)"', (folder / name).read_text(encoding="utf-8"))[1]
    return {words[0]: words[1:] for words in (directive.split() for directive in said.split(";"))}


def test_what_stands_in_several_pages_is_allowed_by_its_digest(write):
    script = "<script>let a = 'é';\n</script>"
    write("a.html", head=script)
    folder = write("b/b.html", body=script)
    policy.secure(folder)
    for name in ("a.html", "b/b.html"):
        assert script in (folder / name).read_text(encoding="utf-8")
        assert told(folder, name)["script-src"] == ["'self'", "'wasm-unsafe-eval'", policy.digest("let a = 'é';\n")]
        assert told(folder, name)["default-src"] == ["'none'"]


def test_what_stands_in_one_page_goes_into_a_file(write):
    folder = write("b/b.html", body='<script id="x">name = "b"</script>')
    policy.secure(folder)
    html = (folder / "b/b.html").read_text(encoding="utf-8")
    source = re.search(r'<script id="x" src="(.*?)"></script>', html)[1]
    assert (folder / "b" / source).resolve().read_text(encoding="utf-8") == 'name = "b"'
    assert told(folder, "b/b.html")["script-src"] == ["'self'", "'wasm-unsafe-eval'"]


def test_an_import_map_must_stand_in_its_page_and_data_need_no_leave(write):
    imports = '{"imports": {}}'
    data = '<script type="application/json">{"a": 1}</script>'
    folder = write("a.html", head=f'<script type="importmap">{imports}</script>{data}')
    policy.secure(folder)
    assert told(folder, "a.html")["script-src"][2:] == [policy.digest(imports)]
    assert data in (folder / "a.html").read_text(encoding="utf-8")


def test_the_policy_stands_before_what_it_is_about(write):
    folder = write("a.html", head='<script src="a.js"></script>')
    policy.secure(folder)
    html = (folder / "a.html").read_text(encoding="utf-8")
    assert html.index("<meta charset") < html.index("Content-Security-Policy") < html.index("<script")


@pytest.mark.parametrize(
    "body",
    [
        '<button onclick="go()">',
        "<img src='x' onerror='go()'>",
        '<a href="javascript:go()">',
        '<p title="a>" onclick=go()>',
    ],
)
def test_what_no_digest_allows_is_refused(body, write):
    with pytest.raises(policy.Unsafe, match=r"^a\.html: a (tag|link) must"):
        policy.secure(write("a.html", body=body))


@pytest.mark.parametrize(
    "body", ['<p title="set one=1 on = 2">', "<code>&lt;p onclick=go()&gt;</code>", "<p>on x = 1</p>"]
)
def test_words_that_only_look_like_handlers_are_let_be(body, write):
    policy.secure(write("a.html", body=body))


def test_headers_allow_what_any_edition_allows(write):
    for edition, script in (("2025", "old()"), ("2026", "new()")):
        for name in "ab":
            write(f"{edition}/{name}.html", head=f"<script>{script}</script>")
        folder = write("index.html")
    policy.secure(folder)
    said = policy.headers(folder)
    assert all(policy.digest(script) in said for script in ("old()", "new()"))
    assert said.startswith("/*\n  Content-Security-Policy: default-src 'none'; ")
    assert "frame-ancestors" in said
    assert "frame-ancestors" not in (folder / "2025/a.html").read_text(encoding="utf-8"), "in a page it is ignored"


def test_headers_that_hosts_would_cut_are_refused(write):
    scripts = "".join(f"<script>{number}</script>" for number in range(40))
    write("a.html", head=scripts)
    folder = write("b.html", head=scripts)
    policy.secure(folder)
    with pytest.raises(policy.Unsafe, match=r"at most 2000 characters, got 2\d{3}"):
        policy.headers(folder)
