"""How pages of a site are found and shared."""

from xml.etree import ElementTree

from publish import found

PAGE = """\
<html><head><title>A &amp; B</title><meta name="description" content="What.">
<meta property="og:image" content="../_static/preview.png"><meta property="og:image:width" content="1200">
</head><body></body></html>"""
ADDRESS = "https://course.example/"


def test_a_page_says_its_full_address_and_its_picture():
    html = found.say_where(PAGE, "chapters/a.html", ADDRESS, "_static/cards/a.png")
    assert html.count('<link rel="canonical" href="https://course.example/chapters/a.html">') == 1
    assert '<meta property="og:url" content="https://course.example/chapters/a.html">' in html
    assert '<meta property="og:image" content="https://course.example/_static/cards/a.png">' in html
    assert '<meta property="og:image:width" content="1200">' in html
    assert html.index("canonical") < html.index("</head>")


def test_the_first_page_says_what_the_page_says_to_which_it_leads():
    html = found.first("chapters/index.html", found.say_where(PAGE, "chapters/index.html", ADDRESS))
    assert '<meta http-equiv="refresh" content="0; url=chapters/index.html">' in html
    assert '<meta name="description" content="What.">' in html
    assert '<meta property="og:image" content="https://course.example/_static/preview.png">' in html
    assert '<a href="chapters/index.html">A &amp; B</a>' in html


def test_the_map_lists_what_there_is_to_read():
    names = ["index.html", "search.html", "chapters/b.html", "chapters/a b.html"]
    root = ElementTree.fromstring(found.sitemap(names, ADDRESS).encode())
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    assert root.tag == f"{space}urlset"
    places = [place.text for place in root.iter(f"{space}loc")]
    assert places == ["https://course.example/chapters/a%20b.html", "https://course.example/chapters/b.html"]
