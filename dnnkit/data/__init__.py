"""Data sets that need no download: digits that ship with the package, and sets made by code."""

from dnnkit.data.digits import Digits, Split, digits, split_digits, with_label_noise
from dnnkit.data.glyphs import FONTS, glyphs
from dnnkit.data.synthetic import blobs, moons, noisy_sine

__all__ = [
    "FONTS",
    "Digits",
    "Split",
    "blobs",
    "digits",
    "glyphs",
    "moons",
    "noisy_sine",
    "split_digits",
    "with_label_noise",
]
