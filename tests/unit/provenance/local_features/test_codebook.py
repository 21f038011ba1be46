"""Words and signatures, with a codebook small enough to see through and with the one that ships."""

import hashlib

import numpy as np

from provenance.local_features import codebook, extraction
from provenance.local_features.codebook import CENTRES, Codebook

# A codebook with other words needs another version: registered images would not be found by it.
SHIPPED = {"sift192-1": "6bd070f95802fd1170073bc9d879aae55d7db7491f0c6d495f226388a3385601"}


def plain() -> Codebook:
    """A word is the first numbers of both halves, a signature the signs of the first 64 numbers."""
    centres = np.zeros((2, CENTRES, 64), np.float32)
    centres[:, :, 0] = np.arange(CENTRES)
    return Codebook(
        mean=np.zeros(128, np.float32),
        basis=np.eye(128, dtype=np.float32),
        centres=centres,
        signature_basis=np.eye(128, 64, dtype=np.float32),
        signature_medians=np.zeros(64, np.float32),
    )


def descriptor(first: float, second: float) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    row = np.zeros((1, 128), np.float32)
    row[0, 0], row[0, 64] = first, second
    return row


def test_a_word_is_both_centres() -> None:
    assert plain().words(descriptor(5, 900)).tolist() == [[5 * CENTRES + 900]]


def test_the_nearest_words_come_in_order() -> None:
    words = plain().words(descriptor(5.3, 900.2), 4)[0]
    halves = [(int(word) // CENTRES, int(word) % CENTRES) for word in words]
    assert halves == [(5, 900), (6, 900), (5, 901), (6, 901)]


def test_a_signature_begins_with_its_highest_bit() -> None:
    row = np.full((1, 128), -1, np.float32)
    row[0, 0] = row[0, 63] = 1
    assert plain().signatures(row).tolist() == [2**63 + 1]


def test_no_descriptors_have_no_words() -> None:
    nothing = np.zeros((0, 128), np.float32)
    assert plain().words(nothing, 6).shape == (0, 6)
    assert plain().signatures(nothing).shape == (0,)


def test_the_codebook_that_ships_is_the_one_of_its_version() -> None:
    assert hashlib.sha256(codebook.PATH.read_bytes()).hexdigest() == SHIPPED[extraction.VERSION]
    book = codebook.load()
    assert book.centres.shape == (2, CENTRES, 64)
    # A rotation keeps lengths, up to the rounding of float16.
    assert np.abs(book.basis.T @ book.basis - np.eye(128)).max() < 0.005
