"""Data sets that are there without a download, and two that are better with one."""

from dnnkit.data.digits import Digits, load_digits
from dnnkit.data.downloads import Images, fetch_cifar10, fetch_mnist
from dnnkit.data.shapes import make_shapes
from dnnkit.data.text import load_text
from dnnkit.data.toys import make_blobs, make_moons, make_rings, make_spirals

__all__ = [
    "Digits",
    "Images",
    "fetch_cifar10",
    "fetch_mnist",
    "load_digits",
    "load_text",
    "make_blobs",
    "make_moons",
    "make_rings",
    "make_shapes",
    "make_spirals",
]
