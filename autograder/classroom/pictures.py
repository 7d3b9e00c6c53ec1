"""How large a picture would be on a page: a hundred kilobytes may become a billion pixels for those who look at it."""

import base64
import binascii
import re
import struct
from urllib.parse import unquote
from xml.etree import ElementTree

MOST_PIXELS = 25_000_000  # a sheet of paper at 500 dots per inch
MOST_SIDE = 10_000
TOO_LARGE = "[a picture that is too large to be shown here]"
FRAME = 0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF  # JPEG markers with a size
ALONE = (0x00, 0x01, *range(0xD0, 0xDA))  # markers with nothing after them
EMBEDDED = re.compile(r"data:image/[\w.+-]+;base64,([A-Za-z0-9+/=\s%]*)", re.IGNORECASE)
SIDE = re.compile(r"\s*(\d*\.?\d+(?:e[+-]?\d+)?)\s*(px|pt|pc|mm|cm|in|em|ex|%)?\s*", re.IGNORECASE)
DOTS = {"pt": 4 / 3, "pc": 16, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96, "em": 16, "ex": 8}  # per unit
STYLED_SIDE = re.compile(r"(?<![\w-])(?:width|height|size)\s*:|@import|\\", re.IGNORECASE)
URL = re.compile(r"url\(", re.IGNORECASE)
ELSEWHERE = re.compile(r"<!entity|<\?xml-stylesheet", re.IGNORECASE)
REFERENCE = re.compile(r"#([^\s'\")]+)")
MOST_DRAWN = 100_000  # parts of a figure, each counted as often as it is shown


def fits(encoded):
    """Whether a text is a picture in base64 that is small enough to be shown; one of unknown size is not.

    >>> fits(base64.b64encode(b"GIF89a" + struct.pack("<HH", 20, 10)).decode())
    True
    >>> fits(base64.b64encode(b"GIF89a" + struct.pack("<HH", 60_000, 60_000)).decode())
    False
    """
    try:
        data = base64.b64decode("".join(unquote(encoded).split()), validate=True)  # an address may percent-encode it
    except (ValueError, binascii.Error):
        return False
    sizes = list(_sizes(data))
    return bool(sizes) and all(max(sides) <= MOST_SIDE and sides[0] * sides[1] <= MOST_PIXELS for sides in sizes)


def svg_fits(text):
    """Whether an SVG figure and each picture in it are small enough to be shown, and it does not draw itself endlessly.

    >>> svg_fits('<svg xmlns="http://www.w3.org/2000/svg" width="460.8pt" height="345.6pt"/>')
    True
    >>> svg_fits('<svg xmlns="http://www.w3.org/2000/svg" width="9000in" height="20"/>')
    False
    """
    if ELSEWHERE.search(text):
        return False
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError):  # no reader of SVG shows it
        return False
    sheets = [part.text or "" for part in root.iter() if _plain(part.tag) == "style"]
    styles = [*sheets, *(part.get("style", "") for part in root.iter())]
    addresses = [
        text for part in root.iter() for name, text in part.items() if _plain(name) == "href" or URL.search(text)
    ]
    inner = [picture for address in addresses for picture in EMBEDDED.findall(address)]
    return (
        max(_side(root.get(name, "100%")) for name in ("width", "height")) <= MOST_SIDE
        and not any(map(STYLED_SIDE.search, styles))
        and not any(map(URL.search, sheets))
        and not any("\\" in address for address in addresses)
        and len(inner) == sum(address.lower().count("data:") for address in addresses)
        and all(map(fits, inner))
        and _is_drawn_soon(root)
    )


def _plain(name):
    """Return the name of an element or attribute without its namespace."""
    return str(name).rpartition("}")[2]


def _side(text):
    found = SIDE.fullmatch(text)
    return float(found[1]) * DOTS.get((found[2] or "px").lower(), 1) if found else float("inf")


def _is_drawn_soon(root):
    """Whether a figure has few parts, each counted as often as others refer to it: ten that each show the next one ten
    times make ten billion.
    """
    named = {part.get("id"): part for part in root.iter()}
    shown = {part: [*part, *(named[name] for name in _references(part) if name in named)] for part in root.iter()}
    left, drawn = [root], 0
    while left and drawn <= MOST_DRAWN:
        new = shown[left.pop()]
        drawn += len(new)
        left += new
    return not left


def _references(part):
    return [unquote(name) for word in part.attrib.values() for name in REFERENCE.findall(word)]


def _sizes(data):
    """Yield the width and height that a picture, or a frame in it, claims to have."""
    try:
        if data.startswith(b"\x89PNG"):
            yield struct.unpack_from(">II", data, 16)
        elif data.startswith(b"GIF8"):
            yield struct.unpack_from("<HH", data, 6)
            yield from _gif_frames(data)
        elif data.startswith(b"\xff\xd8"):
            yield from _jpeg_frames(data)
    except (struct.error, IndexError):  # it ends too soon
        return


def _gif_frames(data):
    place = 13 + _palette(data[10])
    while data[place] in b"!,":
        if data[place] == ord(","):
            yield struct.unpack_from("<HH", data, place + 5)
            place += 11 + _palette(data[place + 9])
        else:
            place += 2
        while data[place]:  # blocks, each preceded by its length
            place += 1 + data[place]
        place += 1


def _palette(flags):
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _jpeg_frames(data):
    """Yield the sizes that a JPEG's segments state; anything between them is skipped, as viewers do."""
    place = 2
    while (place := data.find(0xFF, place)) >= 0:
        while data[place] == 0xFF:
            place += 1
        marker, place = data[place], place + 1
        if marker == 0xDA:  # pixels follow
            return
        if marker in ALONE:
            continue
        (length,) = struct.unpack_from(">H", data, place)
        if marker in FRAME:
            height, width = struct.unpack_from(">HH", data, place + 3)
            yield width, height
        place += length
