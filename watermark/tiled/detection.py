"""The blind search: from the cheapest guess where the mark lies to the dearest, until one decodes.

    1. the whole picture, at any size: one look
    2. a part of a picture of a size that generators publish, at its own pixels
    3. any size and angle: the spectrum's guesses, the best of them refined
    4. a part in which the pilots drown: the likeliest places
    5. the whole picture, or the likeliest places, seen at a slant
    6. any size and angle, stretched

Every stage serves all keys before the next begins. How many decodings a search may make is fixed beforehand,
because each is paid for in the p-value whether it was made or not.
"""

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from watermark.interface import Detection
from watermark.tiled import payload_code
from watermark.tiled.alignment import Alignment, align, best_fits
from watermark.tiled.carrier import expected_chips
from watermark.tiled.corner_search import search_corners
from watermark.tiled.keyed_stream import keyed_stream
from watermark.tiled.log_polar import Guess, Spectra
from watermark.tiled.part import marked_part
from watermark.tiled.placement import placement
from watermark.tiled.refinement import refine
from watermark.tiled.statistic import SIGNIFICANCE, log10_tail, p_value
from watermark.tiled.suspect import Look, Suspect
from watermark.tiled.whitening import WHITENINGS

NAME: Final = "tiled"

# Pixels a grid pixel of the sizes that generators publish: 512 and 768, 1024, 1024 x 1536, 1536, 2048 px.
PUBLISHED_PITCHES: Final = (1.0, 1.333, 1.633, 2.0, 2.667)
SAME_PITCH: Final = 0.02

# Pilot scores. Noise reaches 4.5 in one look of four; from 9 on a look is worth decoding at once.
WORTH_DECODING: Final = 4.5
WORTH_DECODING_PART: Final = 5.0
PROMISING: Final = 9.0
# Not only the true one is promising: the lattice resembles itself turned by 45 degrees and 1.41 times as
# fine, and there a strong mark in a mosaic scored up to 12.8, in the two best guesses.
PROMISING_DECODED: Final = 3

# Where the pilots drown, several of their fits are decoded: of the likeliest guesses, and at published sizes.
LIKELIEST: Final = 3
FITS_OF_A_GUESS: Final = 8
UPRIGHT_OF_A_LOOK: Final = 12
UPRIGHT_DECODED: Final = 24

# Guesses tried (fewer under a whitening that is not thorough), the best that are refined, and then decoded.
GUESSES: Final = 12
QUICK_GUESSES: Final = 5
REFINED: Final = 4
DECODED: Final = 3
STRAIGHT_ENOUGH: Final = 8.0

# Share of the side that the corners of a slanted picture may be off, and of one that the spectrum found.
SLANT: Final = 0.012
TURNED_SLANT: Final = 0.0075

# Of the spectrum's guesses, so many are tried as slanted pictures. Numbers are of `lattice.ORIENTATION`.
SLANTED_GUESSES: Final = 2
UPRIGHT: Final = 0
QUARTER_BACK: Final = 3

STRETCHES: Final = (0.95, 1.053, 0.8, 1.25, 0.9, 1.111)
STRETCHED_GUESSES: Final = 6
STRETCHED_LOOKS: Final = 10
STRETCHED_REFINED: Final = 2
STRETCHED_DECODED: Final = 2

# A whitening that is not thorough serves the first stages.
QUICK_STAGES: Final = 3

# A part with shorter sides holds less than 4 tiles even at the sharpest size that is published.
SMALLEST_SIDE: Final = 128

# The stages decode at most: 4 of the whole at each of three sizes, 3 of a part, the promising and 3 others of
# the guesses, what drowns, 3 slanted, the promising and 2 others of the stretched; what is refined twice, the
# second time the marked part of it alone.
MOST_DECODINGS: Final = (
    4 * 3
    + 3
    + 2 * (PROMISING_DECODED + DECODED)
    + LIKELIEST * FITS_OF_A_GUESS
    + UPRIGHT_DECODED
    + 2 * (1 + SLANTED_GUESSES)
    + 2 * (PROMISING_DECODED + STRETCHED_DECODED)
)

CODE_WORDS: Final = 2**payload_code.PAYLOAD_BITS


def detect(rgb: NDArray[np.uint8], *, keys: Sequence[bytes]) -> Detection | None:
    """Returns the mark in `rgb` (uint8, shape (H, W, 3)) under one of `keys`, or None.

    The p-value bounds the probability that any step of this search gives so strong a detection in a picture
    made without the keys; see `watermark.tiled.statistic`.
    """
    trials = MOST_DECODINGS * len(WHITENINGS) * len(keys)
    for whitening in WHITENINGS:
        for alignment in candidates(Suspect(rgb, whitening), keys):
            detection = _decoded(rgb, alignment, keys.index(alignment.key), trials)
            if detection is not None:
                return detection
    return None


def candidates(suspect: Suspect, keys: Sequence[bytes]) -> Iterator[Alignment]:
    """Yields where the mark may lie, the cheapest first; at most MOST_DECODINGS for each of `keys`."""
    spectra = Spectra(suspect)
    looks: dict[Guess, Look | None] = {}

    def look_at(guess: Guess) -> Look | None:
        if guess not in looks:
            looks[guess] = suspect.look(guess.matrix())
        return looks[guess]

    stages: tuple[Callable[[bytes], Iterator[Alignment]], ...] = (
        lambda key: _whole(suspect, key),
        lambda key: _part(suspect, key),
        lambda key: _turned(suspect, key, spectra, look_at),
        lambda key: _drowned(suspect, key, spectra, look_at),
        lambda key: _slanted(suspect, key, spectra, look_at),
        lambda key: _stretched(suspect, key, spectra, look_at),
    )
    for stage in stages if suspect.whitening.thorough else stages[:QUICK_STAGES]:
        for key in dict.fromkeys(keys):
            yield from stage(key)


def _whole(suspect: Suspect, key: bytes) -> Iterator[Alignment]:
    for look in map(suspect.look_straight, suspect.whole_pitches):
        if look is None:
            continue
        alignment = align(look, key)
        if alignment.score > PROMISING:
            yield alignment
        # Most copies are whole and upright. Then the payload is often read where the pilots drown.
        yield replace(alignment, orientation=0, shift=(0.0, 0.0), sign=1)
        if alignment.score > WORTH_DECODING:
            yield from _with_part(refine(suspect, alignment))


def _part(suspect: Suspect, key: bytes) -> Iterator[Alignment]:
    pitches = _without(suspect.whole_pitches)
    looks = [look for look in map(suspect.look_straight, pitches) if look is not None]
    best = max((align(look, key) for look in looks), key=lambda one: one.score, default=None)
    if best is not None and best.score > WORTH_DECODING_PART:
        yield best
        yield from _with_part(refine(suspect, best))


def _with_part(alignment: Alignment) -> Iterator[Alignment]:
    yield alignment
    part = marked_part(alignment)
    if part is not None:
        yield part


def _drowned(
    suspect: Suspect, key: bytes, spectra: Spectra, look_at: Callable[[Guess], Look | None]
) -> Iterator[Alignment]:
    for look in filter(None, map(look_at, spectra.guesses(GUESSES)[:LIKELIEST])):
        yield from best_fits(look, key, FITS_OF_A_GUESS)
    looks = filter(None, map(suspect.look_straight, _without((suspect.whole_pitch,))))
    upright = [fit for look in looks for fit in best_fits(look, key, UPRIGHT_OF_A_LOOK, upright=True)]
    yield from sorted(upright, key=lambda fit: -fit.score)[:UPRIGHT_DECODED]


def _without(known: Sequence[float]) -> list[float]:
    """Returns the published pitches that differ from all those `known`."""
    return [p for p in PUBLISHED_PITCHES if all(abs(p / pitch - 1) > SAME_PITCH for pitch in known)]


def _turned(
    suspect: Suspect, key: bytes, spectra: Spectra, look_at: Callable[[Guess], Look | None]
) -> Iterator[Alignment]:
    guesses = spectra.guesses(GUESSES if suspect.whitening.thorough else QUICK_GUESSES)
    others = yield from _promising(suspect, guesses, key, look_at)
    refined = []
    for number, alignment in enumerate(others[:REFINED]):
        better = refine(suspect, alignment)
        if suspect.whitening.thorough and number == 0 and better.score < STRAIGHT_ENOUGH:
            bent = search_corners(suspect, alignment, spread=TURNED_SLANT)
            if bent is not None and bent.score > better.score:
                better = refine(suspect, bent, rounds=2)
        refined.append(better)
    for best in sorted(refined, key=lambda one: -one.score)[:DECODED]:
        yield from _with_part(best)


def _slanted(
    suspect: Suspect, key: bytes, spectra: Spectra, look_at: Callable[[Guess], Look | None]
) -> Iterator[Alignment]:
    likeliest = spectra.guesses(GUESSES)[:SLANTED_GUESSES]
    looks = [(suspect.look_straight(suspect.whole_pitches[0]), UPRIGHT, SLANT)]
    looks += [(look_at(guess), _least_turned(guess), TURNED_SLANT) for guess in likeliest]
    for look, orientation, spread in looks:
        if look is None:
            continue
        # A picture on a table or a screen is upright; the pilots cannot tell before it is straightened.
        upright = replace(align(look, key), orientation=orientation, shift=(0.0, 0.0), sign=1)
        straightened = search_corners(suspect, upright, spread=spread)
        if straightened is not None:
            yield from _with_part(refine(suspect, straightened, rounds=2))


def _least_turned(guess: Guess) -> int:
    """Returns the orientation in which a picture that lies as in `guess` is turned by at most 45 degrees."""
    return UPRIGHT if guess.angle < math.pi / 4 else QUARTER_BACK


def _stretched(
    suspect: Suspect, key: bytes, spectra: Spectra, look_at: Callable[[Guess], Look | None]
) -> Iterator[Alignment]:
    guesses = [
        guess for stretch in STRETCHES for guess in spectra.stretched_guesses(STRETCHED_GUESSES, stretch)
    ]
    guesses.sort(key=lambda guess: -guess.score)
    others = yield from _promising(suspect, guesses[:STRETCHED_LOOKS], key, look_at)
    refined = [refine(suspect, alignment) for alignment in others[:STRETCHED_REFINED]]
    for best in sorted(refined, key=lambda one: -one.score)[:STRETCHED_DECODED]:
        yield from _with_part(best)


def _promising(
    suspect: Suspect, guesses: Sequence[Guess], key: bytes, look_at: Callable[[Guess], Look | None]
) -> Generator[Alignment, None, list[Alignment]]:
    """Yields the promising looks of `guesses`, refined, at once; returns the others, the best first."""
    others, yielded = [], 0
    for look in filter(None, map(look_at, guesses)):
        alignment = align(look, key)
        if alignment.score > PROMISING and yielded < PROMISING_DECODED:
            yielded += 1
            yield from _with_part(refine(suspect, alignment))
        else:
            others.append(alignment)
    return sorted(others, key=lambda one: -one.score)


def decode(alignment: Alignment, *, trials: int) -> tuple[int, float]:
    """Returns the likeliest payload and the probability that chance alone gives one so strong in `trials`."""
    chips = alignment.chips()
    payload = payload_code.decode(chips * keyed_stream(alignment.key).scramble)
    bound = log10_tail(chips * expected_chips(payload, alignment.key))
    return payload, p_value(bound, code_words=CODE_WORDS, trials=trials)


def _decoded(rgb: NDArray[np.uint8], alignment: Alignment, key_index: int, trials: int) -> Detection | None:
    payload, chance = decode(alignment, trials=trials)
    if chance > SIGNIFICANCE:
        return None
    geometry = placement(alignment, rgb.shape[1], rgb.shape[0])
    return Detection(payload, chance, NAME, key_index, geometry)
