"""Cut the book's fonts down to the characters that a course in English with some Greek needs.

For maintainers: ``npm install @fontsource/source-serif-4 @fontsource/barlow-semi-condensed @fontsource/jetbrains-mono``
in some folder, ``pip install fonttools brotli``, then ``python tools/subset_fonts.py FOLDER/node_modules``. The files
go to autograder/live/static/fonts. A subset is a modified version, which may not use a reserved name (*Source* is
one), so each is renamed to the name used in the style sheet.
"""

import argparse
from io import BytesIO
from pathlib import Path

from fontTools import merge, subset
from fontTools.ttLib import TTFont

TARGET = Path(__file__).resolve().parents[1] / "autograder" / "live" / "static" / "fonts"
LATIN = {*range(0x20, 0x7F), *range(0xA0, 0x100), *map(ord, "ŁłęıŒœ‐–—‘’“”…•−€⁄")}
GREEK = {*map(ord, "ΓΔΘΛΞΠΣΦΨΩαβγδεζηθικλμνξπρστυφχψω")}
FONTS = {  # of a page: the package, its faces, and whether they have Greek letters
    "serif": ("source-serif-4", ("400-normal", "400-italic", "600-normal"), True),
    "sans": ("barlow-semi-condensed", ("400-normal", "600-normal"), False),
    "mono": ("jetbrains-mono", ("400-normal", "600-normal"), True),
}
FEATURES = ["kern", "liga", "tnum", "ccmp", "mark"]  # but no ligatures in a fixed-width font: => is two characters


def main(modules):
    TARGET.mkdir(exist_ok=True)
    for name, (package, faces, greek) in FONTS.items():
        for face in faces:
            files = modules / "@fontsource" / package / "files"
            parts = [cut(files / f"{package}-latin-{face}.woff2", LATIN, name)]
            if greek:
                parts.append(cut(files / f"{package}-greek-{face}.woff2", GREEK, name))
            font = merge.Merger().merge(parts) if greek else TTFont(parts[0])
            rename(font, f"Course {name.title()}")
            font.flavor = "woff2"
            path = TARGET / f"{name}-{face}.woff2"
            font.save(path)
            print(f"{path.name}: {path.stat().st_size} bytes, {len(font.getBestCmap())} characters")


def cut(path, characters, name):
    """Return the subset of a font as an open, uncompressed file."""
    options = subset.Options(layout_features=[] if name == "mono" else FEATURES, hinting=False, flavor=None)
    font = subset.load_font(path, options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters)
    cutter.subset(font)
    font.flavor, packed = None, BytesIO()
    font.save(packed)
    packed.seek(0)
    return packed


def rename(font, family):
    """Give a font another family name, and keep its copyright, version and licence."""
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 6, 16):
            text = family.replace(" ", "") if record.nameID == 6 else family
            font["name"].setName(text, record.nameID, record.platformID, record.platEncID, record.langID)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("modules", type=Path, metavar="FOLDER", help="node_modules, where npm has put the fonts")
    modules = parser.parse_args().modules
    if not (modules / "@fontsource").is_dir():
        parser.error(f"expected a folder node_modules that contains @fontsource, got {modules}")
    main(modules)
