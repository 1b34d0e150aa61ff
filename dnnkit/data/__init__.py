"""Data sets that are there without a download, and two that are better with one."""

from dnnkit.data.corpora import load_first_names, load_prose, load_sentences
from dnnkit.data.digits import Digits, load_digits
from dnnkit.data.downloads import Images, fetch_cifar10, fetch_mnist
from dnnkit.data.gridworlds import GridWorld, make_gridworld
from dnnkit.data.segmentation import make_segments
from dnnkit.data.sequences import make_adding, make_recall, make_strokes, make_tags
from dnnkit.data.shape_network import load_shape_network
from dnnkit.data.shapes import make_shapes
from dnnkit.data.text import load_text
from dnnkit.data.toys import make_blobs, make_moons, make_rings, make_spirals

__all__ = [
    "Digits",
    "GridWorld",
    "Images",
    "fetch_cifar10",
    "fetch_mnist",
    "load_digits",
    "load_first_names",
    "load_prose",
    "load_sentences",
    "load_shape_network",
    "load_text",
    "make_adding",
    "make_blobs",
    "make_gridworld",
    "make_moons",
    "make_recall",
    "make_rings",
    "make_segments",
    "make_shapes",
    "make_spirals",
    "make_strokes",
    "make_tags",
]
