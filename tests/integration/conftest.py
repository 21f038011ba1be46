"""For all but the watermark's own tests."""

import pytest


@pytest.fixture(autouse=True)
def quick_search(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the learned whitening, whose search takes a second for every picture without a mark."""
    if "watermark" not in request.path.parts:
        from watermark.tiled import detection, whitening

        monkeypatch.setattr(detection, "WHITENINGS", whitening.WHITENINGS[:1])
