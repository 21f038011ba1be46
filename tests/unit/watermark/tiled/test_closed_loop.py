from dataclasses import dataclass

import pytest

from tests.suspects import photograph_like
from watermark.quality import ssimulacra2
from watermark.tiled import closed_loop
from watermark.tiled.embedding import Host

KEY = b"k" * 32
PAYLOAD = 0x0123456789ABCDEF
PICTURE = photograph_like()[:256, :320]
WEAKEST = closed_loop.WEAKEST_SHARE * closed_loop.USUAL


@dataclass(frozen=True)
class Result:
    strength: float
    quality: float


def planned(quality: float) -> Result:
    host = Host(PICTURE)
    plan = closed_loop.plan(host, PAYLOAD, KEY, quality)
    return Result(plan.strength, ssimulacra2(PICTURE, host.marked(plan.pattern, plan.strength)))


@pytest.mark.parametrize("quality", [80.0, 88.0])
def test_the_bar_of_quality_is_met_within_a_point(quality: float) -> None:
    assert planned(quality).quality >= quality - 1


def test_a_higher_bar_leaves_a_fainter_mark() -> None:
    assert planned(90.0).strength < planned(84.0).strength


def test_no_bar_takes_the_whole_mark_away() -> None:
    assert planned(99.9).strength == pytest.approx(WEAKEST)


@pytest.mark.parametrize("bar", ["MOST_SEEN", "MOST_NORM"])
def test_what_butteraugli_sees_is_a_bar_too(monkeypatch: pytest.MonkeyPatch, bar: str) -> None:
    usual = planned(60.0).strength

    monkeypatch.setattr(closed_loop, bar, getattr(closed_loop, bar) / 3)

    assert planned(60.0).strength < 0.7 * usual


def test_what_shows_nothing_may_be_only_so_much_stronger() -> None:
    assert closed_loop._allowed_share(PICTURE, PICTURE, 84.0) == closed_loop.STRONGEST_SHARE


def test_margin_to_spare_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closed_loop, "_leaves_margins", lambda *_: True)

    assert planned(80.0).strength == pytest.approx(WEAKEST)
