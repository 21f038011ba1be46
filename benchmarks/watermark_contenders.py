"""What is compared: our codec as the product calls it, and the three of the package invisible-watermark.

The baselines have 32 bits, no key and no false-alarm control: they answer whatever they are shown.
"Recovered" means all bits right for each, which is generous to the baselines: nothing but the comparison with
the truth tells their right answers from wrong ones.
"""

from collections.abc import Mapping
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark import codec
from watermark.errors import WatermarkError

KEY = b"a key for measuring only, 32 byte"
BASELINE_BITS = 32
# The package's own strength for its two wavelet codecs.
BASELINE_SCALE = 36


class Contender(Protocol):
    """A way to mark pictures.

    Attributes:
        name: as in the tables.
        version: results of another version are not mixed in.
        bits: of the payload.
    """

    name: str
    version: str
    bits: int

    def embed(self, rgb: NDArray[np.uint8], payload: int, strength: float) -> NDArray[np.uint8] | None:
        """Returns a marked copy; `strength` 1 is the contender's own choice. None: it could not be marked."""

    def detect(self, rgb: NDArray[np.uint8], strength: float) -> int | None:
        """Returns what is read in a copy marked at `strength`, or None."""


class Ours:
    """The product's codec, at the strength that it chooses itself."""

    def __init__(self) -> None:
        self.name = f"ours ({codec.DEFAULT_CODEC})"
        self.version = str(codec.CODECS[codec.DEFAULT_CODEC].version)
        self.bits = 64

    def embed(self, rgb: NDArray[np.uint8], payload: int, strength: float) -> NDArray[np.uint8] | None:
        try:
            return _scaled(rgb, codec.embed(rgb, payload, key=KEY), strength)
        except WatermarkError:
            return None

    def detect(self, rgb: NDArray[np.uint8], strength: float) -> int | None:
        found = codec.detect(rgb, keys=[KEY])
        return None if found is None else found.payload


class Baseline:
    """One codec of invisible-watermark, as its documentation calls it."""

    bits = BASELINE_BITS
    version = "0.2.0"

    def __init__(self, name: str) -> None:
        # Not above: what it loads would count as ours where memory is measured.
        import imwatermark

        self._package = imwatermark
        self.name = name
        if name == "rivaGan":
            # Its weights come with the package; it needs onnxruntime.
            imwatermark.WatermarkEncoder.loadModel()

    def embed(self, rgb: NDArray[np.uint8], payload: int, strength: float) -> NDArray[np.uint8] | None:
        encoder = self._package.WatermarkEncoder()
        encoder.set_by_bits([int(bit) for bit in f"{payload:032b}"])
        try:
            marked = encoder.encode(
                cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), self.name, **self._options(strength)
            )
        except RuntimeError:
            return None
        copy = np.asarray(cv2.cvtColor(np.asarray(marked, np.uint8), cv2.COLOR_BGR2RGB), np.uint8)
        return _scaled(rgb, copy, strength) if self.name == "rivaGan" else copy

    def detect(self, rgb: NDArray[np.uint8], strength: float) -> int | None:
        decoder = self._package.WatermarkDecoder("bits", BASELINE_BITS)
        try:
            bits = decoder.decode(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), self.name, **self._options(strength))
        except RuntimeError:
            # Refuses pictures below 256 x 256 px.
            return None
        return int("".join(str(int(bit)) for bit in np.ravel(bits)), 2)

    def _options(self, strength: float) -> dict[str, list[float]]:
        """Returns the quantisation steps of the wavelet codecs, which writer and reader must agree upon."""
        if self.name == "rivaGan" or strength == 1:
            return {}
        return {"scales": [0, BASELINE_SCALE * strength, BASELINE_SCALE * strength * (self.name == "dwtDct")]}


def _scaled(rgb: NDArray[np.uint8], marked: NDArray[np.uint8], strength: float) -> NDArray[np.uint8]:
    """Returns `rgb` with `strength` times the change that was made to it."""
    if strength == 1:
        return marked
    change = (marked.astype(np.float32) - rgb) * np.float32(strength)
    return np.clip(np.rint(rgb + change), 0, 255).astype(np.uint8)


def contender(name: str) -> Contender:
    """Returns the contender called `ours`, `dwtDct`, `dwtDctSvd` or `rivaGan`.

    Raises:
        ImportError: rivaGan without onnxruntime.
        KeyError: no such contender.
    """
    return Ours() if name == "ours" else Baseline(NAMES[name])


NAMES: Mapping[str, str] = {name: name for name in ("ours", "dwtDct", "dwtDctSvd", "rivaGan")}
