"""Keeps the segments of a machine that searches: files are not shared, so whoever searches makes them too.

A thread of a worker's first process, beside those that examine: nobody waits for it, no time limit of a task
ends it, and being killed at any line costs only work. Of several workers on a machine one is at it at a time.
"""

import contextlib
import logging
import threading
import time
from typing import Final

from django.db import connection

from provenance.local_features import segment_store

# A new batch is read from its rows by each worker until it is in a file. When nothing is new, looking costs
# three small queries.
SECONDS_BETWEEN: Final = 60.0
_log = logging.getLogger(__name__)


def start() -> threading.Thread:
    """Starts the upkeep, at once and then every minute, for as long as this process lives."""
    thread = threading.Thread(target=_for_ever, name="segments", daemon=True)
    thread.start()
    return thread


def once() -> None:
    """Brings this machine's files up to date, unless another process is at it. What fails is tried again."""
    try:
        segment_store.maintain(wait=False)
    except Exception:
        _log.exception("segments could not be brought up to date")


def _for_ever() -> None:
    while True:
        once()
        # It would lie idle, and after an error it may be broken. Then closing it may fail, and it is gone.
        with contextlib.suppress(Exception):
            connection.close()
        time.sleep(SECONDS_BETWEEN)
