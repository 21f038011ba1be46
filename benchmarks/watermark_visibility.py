"""Butteraugli, by the program of libjxl where it is installed (`butteraugli_main`; 1 = just noticeable)."""

import functools
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

PROGRAM = "butteraugli_main"


@functools.lru_cache(maxsize=1)
def butteraugli_program() -> str | None:
    """Returns the program's path, or None. Debian has no package of it: libjxl's developer tools do."""
    return shutil.which(PROGRAM)


def butteraugli(
    reference: NDArray[np.uint8], distorted: NDArray[np.uint8]
) -> tuple[float | None, float | None]:
    """Returns maximum and 3-norm of `distorted` (both uint8, shape (H, W, 3)), or twice None."""
    program = butteraugli_program()
    if program is None:
        return None, None
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("reference.png", "distorted.png")]
        for path, rgb in zip(paths, (reference, distorted), strict=True):
            cv2.imwrite(str(path), cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
        answer = subprocess.run(
            [program, *map(str, paths)], capture_output=True, text=True, check=True
        ).stdout
    worst, norm = re.search(r"^([\d.]+)", answer, re.MULTILINE), re.search(r"3-norm: ([\d.]+)", answer)
    assert worst is not None
    assert norm is not None
    return float(worst[1]), float(norm[1])
