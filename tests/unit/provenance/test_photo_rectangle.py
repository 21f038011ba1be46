"""Where the picture lies on a screen: drawn examples with known places."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from provenance.photo_rectangle import Box, find
from tests.suspects import Pixels, at_jpeg_quality, captioned, photograph_like, scene

# A pixel or two are lost where the picture's edge has the colour of what is around it.
OFF_BY = 3
HEIGHT, WIDTH = scene(1).shape[:2]
PICTURES = [scene(1), scene(2), photograph_like()]

Level = int | tuple[int, int, int]


def sheet(height: int, width: int, level: Level) -> Pixels:
    return np.full((height, width, 3), level, np.uint8)


def shown_at(screen: Pixels, picture: Pixels, top: int, left: int) -> tuple[Pixels, Box]:
    screen[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return screen, (top, left, top + picture.shape[0], left + picture.shape[1])


def words(screen: Pixels, text: str, x: int, y: int, ink: int, scale: float = 0.7) -> None:
    cv2.putText(screen, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, scale, (ink, ink, ink), 1, cv2.LINE_AA)


def framed(picture: Pixels) -> tuple[Pixels, Box]:
    return shown_at(sheet(HEIGHT + 90, WIDTH + 70, 255), picture, 30, 50)


def dark_frame(picture: Pixels) -> tuple[Pixels, Box]:
    return shown_at(sheet(HEIGHT + 60, WIDTH + 60, 0), picture, 30, 30)


def under_a_banner(picture: Pixels) -> tuple[Pixels, Box]:
    screen = sheet(HEIGHT + 70, WIDTH, (200, 30, 40))
    words(screen, "BREAKING: LOOK AT THIS", 12, 44, 255, 0.9)
    return shown_at(screen, picture, 70, 0)


def phone(level: int, ink: int) -> Callable[[Pixels], tuple[Pixels, Box]]:
    """A telephone: status bar, who posted it, the picture from edge to edge, comments."""

    def screen_of(picture: Pixels) -> tuple[Pixels, Box]:
        screen = sheet(2 * WIDTH, WIDTH, level)
        words(screen, "12:45          5G  81 %", 10, 22, ink)
        words(screen, "somebody . 3 h", 60, 120, ink)
        cv2.circle(screen, (30, 115), 18, (90, 140, 200), -1)
        for line, text in enumerate(("1204 likes", "somebody how is this even possible", "another one")):
            words(screen, text, 10, 470 + 34 * line, ink)
        return shown_at(screen, picture, 150, 0)

    return screen_of


def window(level: int, bar: int, ink: int) -> Callable[[Pixels], tuple[Pixels, Box]]:
    """A browser: a bar of another colour, text beside and below the picture."""

    def screen_of(picture: Pixels) -> tuple[Pixels, Box]:
        screen = sheet(HEIGHT + 320, WIDTH + 420, level)
        screen[:48] = bar
        words(screen, "gallery - page 3", 20, 32, 255 - bar)
        for line in range(9):
            words(screen, "lorem ipsum dolor sit", WIDTH + 90, 110 + 30 * line, ink, 0.6)
        for line in range(4):
            words(screen, "a caption under the picture, some words long", 50, HEIGHT + 130 + 32 * line, ink)
        return shown_at(screen, picture, 90, 50)

    return screen_of


def card(picture: Pixels) -> tuple[Pixels, Box]:
    """A card on a page: the picture lies inside a rectangle of another flat colour."""
    page = sheet(HEIGHT + 260, WIDTH + 240, 235)
    page[40:-40, 60:-60] = 255
    words(page, "somebody posted this", 90, 84, 30)
    return shown_at(page, picture, 110, 120)


SCREENS = {
    "white frame": framed,
    "black frame": dark_frame,
    "banner": under_a_banner,
    "light telephone": phone(255, 20),
    "dark telephone": phone(18, 230),
    "light window": window(250, 225, 40),
    "dark window": window(30, 12, 210),
    "card": card,
}


@pytest.mark.parametrize("picture", range(len(PICTURES)))
@pytest.mark.parametrize("name", SCREENS)
def test_finds_the_picture(name: str, picture: int) -> None:
    screen, box = SCREENS[name](PICTURES[picture])
    found = find(screen)
    assert found is not None
    assert np.abs(np.subtract(found, box)).max() <= OFF_BY


@pytest.mark.parametrize("name", ["white frame", "dark telephone", "light window"])
def test_also_after_lossy_saving_and_at_another_size(name: str) -> None:
    screen, box = SCREENS[name](scene(1))
    larger = np.asarray(cv2.resize(screen, None, fx=1.7, fy=1.7, interpolation=cv2.INTER_CUBIC), np.uint8)
    found = find(at_jpeg_quality(60)(larger))
    assert found is not None
    assert np.abs(np.subtract(found, np.multiply(box, 1.7))).max() <= 2 * OFF_BY


@pytest.mark.parametrize("place", ["left", "bottom"])
def test_strips_too_thin_to_flood_are_cut_off_too(place: str) -> None:
    """They would stand along the side of everything that the picture is compared with."""
    picture = PICTURES[2]
    screen = sheet(HEIGHT + 120, WIDTH + 90, 246)
    top, left = (90, 2) if place == "left" else (118, 60)
    _, box = shown_at(screen, picture, top, left)
    found = find(at_jpeg_quality(75)(screen))
    assert found == box


@pytest.mark.parametrize("seed", range(2))
def test_what_jpeg_adds_beside_a_picture_does_not_hide_its_edge(seed: int) -> None:
    """Strong colours that change within a block: beside them the page is no longer flat."""
    colours = np.array([(250, 220, 60), (60, 90, 200), (120, 120, 130), (240, 200, 40)], np.uint8)
    columns = colours[np.random.default_rng(seed).integers(0, 4, (1, 32))].repeat(8, axis=1)
    picture = columns[:, :250].repeat(200, axis=0)
    picture[::17] = 90
    screen, box = shown_at(sheet(400, 380, 246), picture, 60, 77)
    found = find(at_jpeg_quality(75)(screen))
    assert found is not None
    assert np.abs(np.subtract(found, box)).max() <= OFF_BY


def test_a_caption_below_is_cut_off() -> None:
    found = find(captioned(scene(1)))
    assert found is not None
    assert np.abs(np.subtract(found, (0, 0, HEIGHT, WIDTH))).max() <= OFF_BY


def subject_on_white() -> Pixels:
    page = sheet(400, 400, 255)
    cv2.circle(page, (200, 210), 120, (40, 90, 160), -1)
    cv2.ellipse(page, (180, 190), (60, 20), 30, 0, 360, (200, 120, 20), -1)
    return page


def hills() -> Pixels:
    """A flat sky over a skyline that is not straight."""
    rgb = photograph_like().copy()
    skyline = (90 + 25 * np.sin(np.arange(WIDTH) / 23) + 12 * np.cos(np.arange(WIDTH) / 7)).astype(int)
    rgb[np.arange(HEIGHT)[:, None] < skyline[None]] = (140, 180, 230)
    return rgb


def sky_with_gradient() -> Pixels:
    """A straight horizon under a sky that is no flat colour."""
    rgb = photograph_like().copy()
    rgb[:110] = np.linspace(120, 220, 110)[:, None, None].astype(np.uint8)
    return rgb


WHOLE = [*PICTURES, subject_on_white(), hills(), sky_with_gradient(), sheet(300, 300, 128), sheet(40, 900, 7)]


@pytest.mark.parametrize("number", range(len(WHOLE)))
def test_a_picture_that_is_all_picture_is_left_whole(number: int) -> None:
    assert find(WHOLE[number]) is None


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 500, 3), (97, 97, 3), (2000, 96, 3)])
def test_any_size_is_taken(shape: tuple[int, int, int]) -> None:
    assert find(np.full(shape, 9, np.uint8)) is None
