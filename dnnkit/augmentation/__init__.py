"""Augmentation: more training images from transformations that keep the label.

Images are (n, height, width), height counted downwards. They are rotated and scaled about their centre; values
between pixels are interpolated linearly along both axes, and everything outside the image is zero. Wherever a number
describes a transformation, an array of n numbers gives each image its own.
"""

from dnnkit.augmentation.copies import augment
from dnnkit.augmentation.transforms import affine_transform, rotate, scale, shift
from dnnkit.augmentation.windows import crop, cutmix_labels, cutout

__all__ = ["affine_transform", "augment", "crop", "cutmix_labels", "cutout", "rotate", "scale", "shift"]
