"""Files of segments: written whole, merged without a difference, never believed when damaged."""

import uuid
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from provenance.local_features import compiled, segment, segment_file, segment_store
from provenance.local_features.extraction import Features
from provenance.local_features.segment import Segment
from provenance.local_features.segment_file import DamagedSegment


def some(seed: int, images: int, *, words: int = 50) -> Segment:
    """Random features: words few enough to be shared."""
    chance = np.random.default_rng(seed)
    made = []
    for _ in range(images):
        count = int(chance.integers(0, 12))
        made.append(
            (
                uuid.UUID(bytes=chance.bytes(16)),
                Features(
                    extent=(1.0, 0.75),
                    words=chance.integers(0, words, count).astype(np.int32),
                    places=chance.integers(0, 2**40, count).astype(np.uint64),
                    signatures=chance.integers(0, 2**63, count).astype(np.uint64),
                ),
            )
        )
    return segment.build(made, [uuid.UUID(int=seed)])


def words_of(held: Segment) -> NDArray[np.uint32]:
    """Returns the word of every posting."""
    starts = held.starts.astype(np.int64)
    return np.repeat(held.words, starts[1:] - starts[:-1])


def postings(held: Segment) -> set[tuple[int, uuid.UUID, int, int]]:
    """Returns every posting as word, image, place and signature."""
    word = words_of(held)
    image = held.places >> np.uint64(40)
    place = held.places & np.uint64(2**40 - 1)
    rows = zip(word.tolist(), image.tolist(), place.tolist(), held.signatures.tolist(), strict=True)
    return {(word, held.image_id(image), place, signature) for word, image, place, signature in rows}


def test_a_file_holds_what_was_built(tmp_path: Path) -> None:
    built = some(1, 40)
    path = segment_file.write(tmp_path, [built])
    held = segment_file.read(path)
    assert postings(held) == postings(built)
    assert (held.batches, held.images_count) == (built.batches, 40)
    assert held.extent(3) == (1.0, 0.75)
    assert [other for other in tmp_path.iterdir() if other != path] == []


def test_merged_parts_hold_what_each_held(tmp_path: Path) -> None:
    parts = [some(1, 40), some(2, 1, words=3), some(3, 25, words=500)]
    held = segment_file.read(segment_file.write(tmp_path, parts))
    assert postings(held) == set.union(*(postings(part) for part in parts))
    assert len(held.places) == sum(len(part.places) for part in parts)
    assert held.batches == tuple(batch for part in parts for batch in part.batches)
    assert np.all(np.diff(held.words.astype(np.int64)) > 0)


@pytest.mark.parametrize("images", [0, 1])
def test_hardly_anything_is_a_file_too(tmp_path: Path, images: int) -> None:
    built = some(4, images)
    assert postings(segment_file.read(segment_file.write(tmp_path, [built]))) == postings(built)


@pytest.mark.parametrize("at", [0, 9, 14, 40, 64, 90, -1])
def test_a_changed_byte_is_noticed(tmp_path: Path, at: int) -> None:
    path = segment_file.write(tmp_path, [some(1, 40)])
    data = bytearray(path.read_bytes())
    # Bytes 44 to 63 are not used.
    data[at] ^= 0x10
    path.write_bytes(data)
    with pytest.raises(DamagedSegment):
        segment_file.read(path)


@pytest.mark.parametrize("length", [0, 10, 43, 64, -1])
def test_a_file_that_was_cut_off_is_noticed(tmp_path: Path, length: int) -> None:
    path = segment_file.write(tmp_path, [some(1, 40)])
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(DamagedSegment):
        segment_file.read(path)


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.posix_fallocate", full)
    with pytest.raises(OSError, match="No space"):
        segment_file.write(tmp_path, [some(1, 40)])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("counts", "merged"),
    [
        ([], 0),
        ([5], 0),
        ([5, 6], 0),
        ([5, 5], 2),
        ([1, 1000, 1000], 3),
        ([1, 1, 1000], 2),
        ([10, 20, 40, 80], 0),
        ([10, 20, 30, 80], 3),
        ([600_000, 600_000], 0),
        ([300_000, 300_000, 900_000], 2),
    ],
)
def test_files_are_merged_until_each_is_larger_than_all_smaller_ones(counts: list[int], merged: int) -> None:
    assert segment_store.mergeable(counts) == merged


def test_hits_are_the_postings_of_a_word_within_the_distance() -> None:
    held = some(6, 60)
    wanted = np.array([[7, 8], [9, 10_000]], np.int32)
    signatures = held.signatures[[3, 9]] ^ np.uint64(0b1011)
    keypoint, posting, distance = compiled.hits_of(
        wanted, signatures, held.words, held.starts, held.signatures, 30, len(held.places)
    )
    word = words_of(held)
    expected = {
        (query, place, apart)
        for query in range(2)
        for place in range(len(word))
        if word[place] in wanted[query]
        and (apart := int(held.signatures[place] ^ signatures[query]).bit_count()) <= 30
    }
    assert set(zip(keypoint.tolist(), posting.tolist(), distance.tolist(), strict=True)) == expected
    assert len(expected) > 5
    assert np.all(np.diff(keypoint) >= 0)


def test_a_crowded_word_is_passed_over() -> None:
    held = some(6, 60)
    counts = np.diff(held.starts.astype(np.int64))
    common, rare = held.words[counts.argmax()], held.words[counts.argmin()]
    assert counts.max() > counts.min()
    wanted = np.array([[common, rare]], np.int32)
    hits = compiled.hits_of(
        wanted, held.signatures[:1], held.words, held.starts, held.signatures, 64, int(counts.max()) - 1
    )
    assert set(words_of(held)[hits[1]].tolist()) == {rare}
