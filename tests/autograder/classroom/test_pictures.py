"""The size of a picture, compared with Pillow's, and tested on files that lie about it."""

import base64
import io
import struct

import pytest
from PIL import Image

from autograder.classroom import pictures, sanitize


def encoded(kind, width, height, **options):
    file = io.BytesIO()
    Image.new("P" if kind == "GIF" else "L", (width, height)).save(file, kind, **options)
    return base64.b64encode(file.getvalue()).decode()


@pytest.mark.parametrize("kind", ["PNG", "GIF", "JPEG"])
@pytest.mark.parametrize(
    ("width", "height", "fits"), [(640, 480, True), (9000, 2000, True), (6000, 5000, False), (10_001, 2, False)]
)
def test_a_picture_is_as_large_as_pillow_says(kind, width, height, fits):
    picture = encoded(kind, width, height)
    assert set(pictures._sizes(base64.b64decode(picture))) == {(width, height)}
    assert pictures.fits(picture) is fits
    shown = sanitize.outputs([{"output_type": "display_data", "data": {f"image/{kind.lower()}": picture}}])[0]["data"]
    assert shown == ({f"image/{kind.lower()}": picture} if fits else {"text/plain": pictures.TOO_LARGE})
    assert bool(sanitize.attachments({"a": {f"image/{kind.lower()}": picture}})) is fits
    assert ("src=" in sanitize.html(f'<img src="data:image/{kind.lower()};base64,{picture}">')) is fits


def test_an_optimized_jpeg_is_measured_too():
    assert pictures.fits(encoded("JPEG", 300, 200, progressive=True, comment=b"\xff\xc0" * 40))
    assert not pictures.fits(encoded("JPEG", 12_000, 20, progressive=True, comment=b"\xff\xc0" * 40))


@pytest.mark.parametrize("between", [b"\xff\xff", b"\0", b"\xff\0\xff", b"\xff\xfe\0\6abcd"])
def test_nothing_between_the_segments_of_a_jpeg_hides_its_size(between):
    data = base64.b64decode(encoded("JPEG", 40, 30))
    frame = data.index(b"\xff\xc0")
    data = data[:frame] + between + data[frame:]
    assert Image.open(io.BytesIO(data)).convert("RGB").size == (40, 30)  # readers skip it
    assert set(pictures._sizes(data)) == {(40, 30)}
    frame += len(between)
    gigantic = data[: frame + 5] + b"\xff\xdc\xff\xdc" + data[frame + 9 :]
    assert not pictures.fits(base64.b64encode(gigantic).decode())


def test_what_names_no_size_is_not_shown():
    assert not pictures.fits(base64.b64encode(b"\xff\xd8\xff\xda\0\2").decode())
    assert not pictures.fits(base64.b64encode(b"\x89PNG").decode())


def test_every_frame_of_a_gif_counts():
    frames = [Image.new("P", (40, 30)) for _ in range(3)]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    data = bytearray(file.getvalue())
    assert pictures.fits(base64.b64encode(data).decode())
    last = data.rindex(b",")
    struct.pack_into("<HH", data, data.index(b",") + 5, 65_535, 65_535)
    assert last > 0
    assert not pictures.fits(base64.b64encode(data).decode())


@pytest.mark.parametrize("kind", ["WEBP", "BMP", "TIFF", "ICO"])
def test_kinds_that_nobody_measures_are_not_shown(kind):
    picture = encoded(kind, 20, 20)
    assert not pictures.fits(picture)
    assert "src" not in sanitize.html(f'<img src="data:image/{kind.lower()};base64,{picture}">')


@pytest.mark.parametrize("length", range(0, 40))
def test_a_picture_that_ends_too_soon_raises_nothing(length):
    for kind in ("PNG", "GIF", "JPEG"):
        pictures.fits(base64.b64encode(base64.b64decode(encoded(kind, 20, 20))[:length]).decode())


SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="{}" height="20"><image href="data:image/png;base64,{}"/></svg>'


@pytest.mark.parametrize(
    ("width", "inner", "fits"), [("300pt", 20, True), ("1e9", 20, False), ("90000", 20, False), ("3", 11_000, False)]
)
def test_a_figure_in_svg_is_no_larger_either(width, inner, fits):
    text = SVG.format(width, encoded("PNG", inner, 20))
    shown = sanitize.outputs([{"output_type": "display_data", "data": {"image/svg+xml": text}}])[0]["data"]
    assert ("text/html" in shown) is fits
    address = base64.b64encode(text.encode()).decode()
    assert ("src=" in sanitize.html(f'<img src="DATA:image/svg+xml;base64,{address}">')) is fits


def figure(inner, sides='width="20" height="20"'):
    return f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {sides}>{inner}</svg>'


def doubled(times, reference):
    parts = (f'<g id="a{n}">{reference.format(n - 1) * 2}</g>' for n in range(1, times))
    return figure('<g id="a0"><rect/></g>' + "".join(parts) + reference.format(times - 1))


@pytest.mark.parametrize(
    "sides", ['width="9000in"', 'width="&#57;00000"', "width='1e6'", 'height="9e5mm"', 'height="1.2.3"']
)
def test_a_figure_s_side_counts_in_dots(sides):
    assert not pictures.svg_fits(figure("<rect/>", sides))


@pytest.mark.parametrize("sides", ['width="7in" height="150mm"', 'viewBox="0 0 9 9"', 'width="100%" height="300px"'])
def test_a_figure_may_be_as_large_as_a_page(sides):
    assert pictures.svg_fits(figure("<rect/>", sides))


@pytest.mark.parametrize("reference", ['<use href="#a{}"/>', '<use xlink:href="#a{}"/>', '<g mask="url(#a{})"/>'])
def test_a_figure_that_shows_itself_without_end_is_not_shown(reference):
    assert pictures.svg_fits(doubled(5, reference))
    assert not pictures.svg_fits(doubled(30, reference))
    assert not pictures.svg_fits(figure('<g id="a"><use href="#a"/></g>'))


@pytest.mark.parametrize(
    "inner",
    [
        "<style>svg { width: 900000px }</style>",
        "<style>g { mask: url(#a) }</style>",
        '<g mask="url(#\\61)"/>',
        '<image href="data:image/png,%89PNG"/>',
        '<image href="&#100;ata:image/png;base64,{}"/>',
        '<rect fill="url(data:image/png;base64,{})"/>',
        "<g>",
    ],
)
def test_a_figure_hides_no_size(inner):
    assert not pictures.svg_fits(figure(inner.replace("{}", encoded("PNG", 11_000, 20))))


def test_a_figure_may_speak_of_data():
    assert pictures.svg_fits(figure('<g id="data:" aria-label="data: 100"><text>Training data: 100</text></g>'))


def test_a_reference_in_other_letters_counts():
    assert not pictures.svg_fits(doubled(30, '<use href="#%61{}"/>'))


def test_a_figure_declares_no_entities():
    assert not pictures.svg_fits('<!DOCTYPE svg [<!ENTITY a "b">]>' + figure("&a;"))


def test_a_figure_of_matplotlib_is_shown():
    from matplotlib.figure import Figure

    drawn, file = Figure(), io.StringIO()
    drawn.add_subplot().scatter(range(2000), range(2000), label="$x^2$")
    drawn.axes[0].imshow([[1, 2], [3, 4]])
    drawn.legend()
    drawn.savefig(file, format="svg")
    assert pictures.svg_fits(file.getvalue())


@pytest.mark.parametrize("tag", ["img", "hr"])
def test_nothing_is_made_wider_than_a_page(tag):
    def kept(*lengths):
        return [length for length in lengths if "width" in sanitize.html(f'<{tag} width="{length}">')]

    assert kept("300", "50%", "20px", "1000000", "1e9", "5000%", "9999px", "-1") == ["300", "50%", "20px"]
