"""Draw the ten digits in each font of `dnnkit.data.FONTS` and store them in dnnkit/data/glyphs.npz.

For maintainers: ``python tools/draw_glyphs.py``. It uses fonts that matplotlib ships: DejaVu (Bitstream Vera licence)
and STIX (SIL Open Font License 1.1), neither of which restricts what is drawn with them.
"""

import argparse
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.ft2font import FT2Font, LoadFlags

FILES = {
    "sans": "DejaVuSans.ttf",
    "bold": "DejaVuSans-Bold.ttf",
    "mono": "DejaVuSansMono.ttf",
    "serif": "DejaVuSerif.ttf",
    "stix": "STIXGeneral.ttf",
    "italic": "STIXGeneralItalic.ttf",
}
SIDE, HEIGHT = 32, 28  # of an image, and of its tallest digit, in pixels
TARGET = Path(__file__).resolve().parents[1] / "dnnkit" / "data" / "glyphs.npz"


def main():
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    np.savez_compressed(TARGET, **{name: draw(folder / file) for name, file in FILES.items()})
    print(f"{TARGET.name}: {len(FILES)} fonts, {TARGET.stat().st_size} bytes")


def draw(path):
    """Return the ten digits as uint8 of shape (10, SIDE, SIDE): 0 is paper, 255 is ink."""
    points = next(size for size in range(60, 10, -1) if max(len(bitmap) for bitmap in bitmaps(path, size)) <= HEIGHT)
    images = np.zeros((10, SIDE, SIDE), np.uint8)
    for image, bitmap in zip(images, bitmaps(path, points)):
        top, left = ((SIDE - length) // 2 for length in bitmap.shape)
        image[top : top + bitmap.shape[0], left : left + bitmap.shape[1]] = bitmap
    return images


def bitmaps(path, points):
    """Return the digits as arrays cropped to the ink; a point is a pixel at 72 dots per inch."""
    found = []
    for digit in "0123456789":
        font = FT2Font(str(path))
        font.set_size(points, 72)
        font.set_text(digit, 0.0, flags=LoadFlags.NO_HINTING)
        font.draw_glyphs_to_bitmap(antialiased=True)
        bitmap = np.array(font.get_image())
        rows, columns = (np.flatnonzero(bitmap.any(axis=axis)) for axis in (1, 0))
        found.append(bitmap[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    return found


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__.partition("\n")[0]).parse_args()
    main()
