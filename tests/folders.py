"""Where the tests keep what the product keeps in `var/`."""

import os
from pathlib import Path


def own() -> str:
    """Returns the folder of this process: of several that test at once each has its own.

    So each has a database server and certificates to itself. What a test starts inherits the folder.
    """
    folder = os.environ.get("TRACERY_VAR") or str(Path(__file__).parent.parent / "var" / "test")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    return folder if folder.endswith(worker) else f"{folder}-{worker}"
