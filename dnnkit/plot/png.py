"""Grey images as PNG, small enough to be embedded in the page itself."""

import base64
import struct
import zlib

import numpy as np


def address(grey):
    """The data URL of an image: `grey` is a uint8 array of shape (height, width), 0 for black."""
    return "data:image/png;base64," + base64.b64encode(encoded(grey)).decode()


def encoded(grey):
    """The same as the bytes of a PNG file (PNG specification, colour type 0, no filter)."""
    grey = np.ascontiguousarray(grey, dtype=np.uint8)
    height, width = grey.shape
    rows = np.hstack([np.zeros((height, 1), np.uint8), grey]).tobytes()
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
