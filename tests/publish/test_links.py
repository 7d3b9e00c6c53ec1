"""Dead links are found, inside a site and elsewhere, with a real server that answers."""

import http.server

import pytest

from publish import links
from tests.serving import serving


@pytest.fixture
def site(tmp_path):
    """A site with links of all kinds."""
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "index.html").write_text('<a name="old"></a><p id="here"></p><img src="../lost.png">')
    (tmp_path / "a b.html").write_text("")
    (tmp_path / "index.html").write_text(
        '<a href="more/">1</a><a href="more/index.html#here">2</a><a href="more/index.html#old">3</a><p id="top">'
        '<a href="#top">4</a><a href="a%20b.html?x=1">5</a><a href="mailto:a@b.example">6</a>'
        '<a href="more/index.html#lost">7</a><a href="lost.html">8</a><a href="#lost">9</a><a href="https://x.example/#y">'
    )
    return tmp_path


def test_links_that_lead_nowhere_in_the_site_are_found(site):
    found = links.broken(site)
    assert sorted(found) == [
        ("index.html", "#lost"),
        ("index.html", "lost.html"),
        ("index.html", "more/index.html#lost"),
        ("more/index.html", "../lost.png"),
    ]
    assert links.elsewhere(site) == {"https://x.example/": {"index.html"}}


def test_the_command_names_each_and_fails(site, capsys):
    assert links.main([str(site)]) == 1
    assert "index.html: lost.html\n" in capsys.readouterr().out


class Answers(http.server.BaseHTTPRequestHandler):
    """A server that answers with the status in the path."""

    def do_GET(self):
        status = int(self.path.strip("/"))
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/200")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server():
    """The address of a server that answers with the status in the path."""
    with serving(Answers) as address:
        yield address


@pytest.mark.parametrize(
    ("status", "said"), [(200, None), (302, None), (404, "404 Not Found"), (410, "410 Gone"), (403, links.UNKNOWN)]
)
def test_other_hosts_are_asked(server, status, said):
    assert links.ask(f"{server}{status}") == said


def test_a_host_that_is_not_there_is_said(server):
    assert "refused" in links.ask("http://127.0.0.1:9/")


def test_the_command_tells_what_is_lost_from_what_is_not_told(server, tmp_path, capsys):
    (tmp_path / "index.html").write_text("".join(f'<a href="{server}{each}">' for each in (200, 403, 404)))
    assert links.main([str(tmp_path), "--elsewhere"]) == 1
    first, *lost = capsys.readouterr().out.splitlines()
    assert first == f"3 addresses, 1 of them for browsers only: {server}403"
    assert lost == [f"index.html: {server}404: 404 Not Found"]
