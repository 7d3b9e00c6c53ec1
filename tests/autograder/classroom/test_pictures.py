"""The size of a picture, held against Pillow's, and against files that do not say the truth."""

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


@pytest.mark.parametrize("tag", ["img", "hr"])
def test_nothing_is_made_wider_than_a_page(tag):
    def kept(*lengths):
        return [length for length in lengths if "width" in sanitize.html(f'<{tag} width="{length}">')]

    assert kept("300", "50%", "20px", "1000000", "1e9", "5000%", "9999px", "-1") == ["300", "50%", "20px"]
