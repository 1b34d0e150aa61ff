"""Images with a class for every pixel, sentences with chapters, and a trained network: form, order, and content."""

import doctest

import numpy as np
import pytest

from dnnkit.data import corpora, load_sentences, load_shape_network, make_segments, segmentation, text


@pytest.mark.parametrize("module", [segmentation, text])
def test_the_examples_in_the_docs_run(module):
    result = doctest.testmod(module)
    assert (result.failed, result.attempted > 0) == (0, True)


@pytest.mark.parametrize("difficulty", [1, 2, 3])
@pytest.mark.parametrize("size", [16, 33])
def test_every_pixel_has_a_class_and_shapes_are_brighter_than_ground(difficulty, size):
    images, masks = make_segments(60, np.random.default_rng(1), size=size, difficulty=difficulty)
    assert (images.shape, images.dtype) == ((60, size, size, 1), np.float32)
    assert (masks.shape, masks.dtype) == ((60, size, size), np.int64)
    assert set(np.unique(masks)) == {0, 1, 2, 3}
    assert abs(images[..., 0][masks == 0].mean()) < 0.05
    assert 0.6 < images[..., 0][masks > 0].mean() < 0.8
    assert all(mask.any() for mask in masks)


def test_the_same_generator_gives_the_same_images():
    first, again, other = (make_segments(5, np.random.default_rng(seed)) for seed in (3, 3, 4))
    for one, two, three in zip(first, again, other, strict=True):
        assert np.array_equal(one, two)
        assert not np.array_equal(one, three)


def test_harder_images_have_more_noise():
    noise = []
    for difficulty in (1, 2, 3):
        images, masks = make_segments(50, np.random.default_rng(2), difficulty=difficulty)
        noise.append(images[..., 0][masks == 0].std())
    assert noise == sorted(noise)


def test_an_unknown_difficulty_is_named():
    with pytest.raises(ValueError, match=r"Expected 1, 2 or 3\. Got 4\. Is it the number of images\?"):
        make_segments(10, np.random.default_rng(0), difficulty=4)


def test_sentences_belong_to_five_chapters_and_none_stands_twice():
    sentences, chapters = load_sentences()
    assert len(sentences) == len(set(sentences)) == len(chapters)
    assert 600 < len(sentences) < 1500
    assert list(dict.fromkeys(chapters)) == list(corpora.CHAPTERS)
    assert min(chapters.count(name) for name in corpora.CHAPTERS) > 40
    assert all(len(sentence.split()) >= 3 for sentence in sentences)
    assert not any("\n" in sentence or "  " in sentence for sentence in sentences)


def test_the_stored_network_takes_images_of_16_by_16():
    network = load_shape_network()
    assert tuple(network.input_shape) == (None, 16, 16, 3)
    assert tuple(network.output_shape) == (None, 7)
