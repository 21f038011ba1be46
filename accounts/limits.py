"""Limits on how often something may be done, counted in the database in one statement."""

import datetime as dt

from django.db import connection
from django.utils import timezone

from accounts.errors import TooMany
from accounts.models import RateWindow

# The counting is the check: a row that is at its limit is not updated, so nothing is returned, whatever
# other requests do at the same time.
_TAKE = """
    INSERT INTO accounts_ratewindow (key, started_at, taken)
    SELECT %(key)s, %(window)s, %(amount)s WHERE %(amount)s <= %(limit)s
    ON CONFLICT (key, started_at) DO UPDATE SET taken = accounts_ratewindow.taken + excluded.taken
    WHERE accounts_ratewindow.taken + excluded.taken <= %(limit)s
    RETURNING taken
"""


def take(key: str, *, limit: int, window_seconds: int, amount: int = 1) -> None:
    """Counts a use of `key` in the present window.

    Args:
        key: What is counted, for example `prompts:<account id>`; 100 characters or fewer.
        limit: How much a window allows.
        window_seconds: Length of the window, which starts at a multiple of it.
        amount: How much this use takes, in the unit of the limit, 1 or more.

    Raises:
        TooMany: the window has no such amount left; nothing was counted.
    """
    assert amount >= 1
    now = int(timezone.now().timestamp())
    window = dt.datetime.fromtimestamp(now - now % window_seconds, tz=dt.UTC)
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"key": key, "window": window, "amount": amount, "limit": limit})
        if cursor.fetchone() is None:
            raise TooMany(window_seconds - now % window_seconds)


def forget_old(*, older_than: dt.timedelta) -> int:
    """Deletes windows that ended long ago; returns how many."""
    return RateWindow.objects.filter(started_at__lt=timezone.now() - older_than).delete()[0]
