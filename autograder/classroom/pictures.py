"""How large a picture is that a page would show: a hundred kilobytes may be a billion pixels for who looks at it."""

import base64
import binascii
import re
import struct

MOST_PIXELS = 25_000_000  # a page of paper at 500 dots an inch
MOST_SIDE = 10_000
TOO_LARGE = "[a picture that is too large to be shown here]"
OTHERS = re.compile(rb"RIFF|BM|\0\0[\1\2]\0|....ftyp|II\*\0|MM\0\*", re.DOTALL)  # kinds that nobody measures here
FRAME = 0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF  # markers of JPEG with a size
EMBEDDED = re.compile(r"data:image/[\w.+-]+;base64,([A-Za-z0-9+/=\s%]*)")
SVG = re.compile(r"<svg\b[^>]*>", re.IGNORECASE)
SVG_SIDE = re.compile(r"""\b(?:width|height)\s*=\s*["']?\s*([\d.]+(?:e[+-]?\d+)?)""", re.IGNORECASE)


def fits(encoded):
    """Whether a picture in base64 is not too large to be shown; what is no picture of a known kind is not shown anyway.

    >>> fits(base64.b64encode(b"GIF89a" + struct.pack("<HH", 20, 10)).decode())
    True
    >>> fits(base64.b64encode(b"GIF89a" + struct.pack("<HH", 60_000, 60_000)).decode())
    False
    """
    try:
        data = base64.b64decode(encoded)
    except (ValueError, binascii.Error):
        return False
    return OTHERS.match(data) is None and all(
        max(sides) <= MOST_SIDE and sides[0] * sides[1] <= MOST_PIXELS for sides in _sizes(data)
    )


def svg_fits(text):
    """Whether a figure in SVG is not too large to be shown, nor any picture in it."""
    root = SVG.search(text)
    sides = map(float, SVG_SIDE.findall(root[0] if root else ""))
    return all(side <= MOST_SIDE for side in sides) and all(map(fits, EMBEDDED.findall(text)))


def _sizes(data):
    """Yield the width and height that a picture, or a frame in it, says that it has."""
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
        while data[place]:  # blocks, each with its length before it
            place += 1 + data[place]
        place += 1


def _palette(flags):
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _jpeg_frames(data):
    place = 2
    while place < len(data) - 3:
        marker, (length,) = data[place + 1], struct.unpack_from(">H", data, place + 2)
        if data[place] != 0xFF or marker == 0xDA:  # what follows are pixels
            return
        if marker in FRAME:
            height, width = struct.unpack_from(">HH", data, place + 5)
            yield width, height
        place += 2 + length
