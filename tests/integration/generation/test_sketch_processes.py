"""The renderer gives the same picture in every process."""

import hashlib
import os
import subprocess
import sys

from generation import sketch


def test_another_process_gives_the_same_bytes() -> None:
    program = (
        "import hashlib; from generation import sketch;"
        "rgb = sketch.render('a fox in the forest, oil painting', seed=3, width=96, height=96);"
        "print(hashlib.sha256(rgb.tobytes()).hexdigest())"
    )
    here = sketch.render("a fox in the forest, oil painting", seed=3, width=96, height=96)
    there = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "12345", "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert there.stdout.strip() == hashlib.sha256(here.tobytes()).hexdigest()
