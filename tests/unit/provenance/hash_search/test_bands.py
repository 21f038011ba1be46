"""The arithmetic of multi-index hashing."""

import itertools
import random

from provenance.hash_search import bands
from provenance.hash_search.bands import BANDS


def test_the_bands_cover_every_bit_once() -> None:
    covered = [bit for band in BANDS for bit in range(band.first, band.first + band.width)]
    assert covered == list(range(256))
    assert {band.width for band in BANDS} == {23, 24}


def test_no_way_to_spread_31_flips_escapes_every_band_and_32_can() -> None:
    """An adversary who wants to miss every band pays one bit more than each band allows."""
    assert sum(band.flips + 1 for band in BANDS) == bands.EXACT_DISTANCE + 1


def test_look_ups_of_a_band_are_all_keys_within_its_flips() -> None:
    for band in BANDS:
        masks = band.masks()
        assert masks[0] == 0
        assert len(set(masks)) == len(masks)
        assert max(mask.bit_count() for mask in masks) == band.flips
        assert max(masks) < 1 << band.width
    assert bands.PROBES == 8 * (1 + 23 + 253) + 2 * (1 + 24 + 276) + (1 + 24)


def test_every_damaged_hash_is_within_some_bands_flips() -> None:
    chance = random.Random(31)
    for _ in range(300):
        flipped = chance.sample(range(256), bands.EXACT_DISTANCE)
        counts = [sum(band.first <= bit < band.first + band.width for bit in flipped) for band in BANDS]
        assert any(count <= band.flips for count, band in zip(counts, BANDS, strict=True))


def test_index_and_query_name_the_same_expression() -> None:
    """The planner compares expressions; a space of difference in meaning and no index is used."""
    query = bands.nearest_query("images")
    for statement, band in zip(bands.create_indexes("images"), BANDS, strict=True):
        assert statement.startswith(f"CREATE INDEX images_pdq_band_{band.number} ON images (")
        assert band.key("pdq") in statement
        assert f"{band.key('images.pdq')} = probe.key" in query


def test_what_is_made_can_be_dropped() -> None:
    made = [statement.split()[2] for statement in bands.create_indexes("images")]
    assert [statement.split()[2] for statement in bands.drop_indexes("images")] == made
    assert all(len(name) < 63 for name in itertools.chain(made))
