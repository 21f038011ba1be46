"""A limit holds whatever happens at the same time, because the counting is the check."""

import threading

import pytest
from django.db import connection

from accounts import limits
from accounts.errors import TooMany
from accounts.models import RateWindow

# Longer than all time since 1970, so that no window ends in the middle of a test.
FOREVER = 10**10
THREADS = 20
LIMIT = 7


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_are_counted_exactly() -> None:
    barrier = threading.Barrier(THREADS)
    outcomes: list[bool] = []

    def use() -> None:
        try:
            barrier.wait(timeout=30)
            limits.take("prompts:ada", limit=LIMIT, window_seconds=FOREVER)
            outcomes.append(True)
        except TooMany:
            outcomes.append(False)
        finally:
            connection.close()

    threads = [threading.Thread(target=use) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (outcomes.count(True), outcomes.count(False)) == (LIMIT, THREADS - LIMIT)
    assert RateWindow.objects.get(key="prompts:ada").taken == LIMIT


@pytest.mark.django_db
def test_amounts_fill_a_window_to_the_brim_and_what_is_refused_counts_nothing() -> None:
    def take(amount: int) -> None:
        limits.take("bytes:ada", limit=10, window_seconds=FOREVER, amount=amount)

    with pytest.raises(TooMany):
        take(11)
    take(6)
    with pytest.raises(TooMany):
        take(5)
    take(4)
    with pytest.raises(TooMany):
        take(1)
    assert RateWindow.objects.get(key="bytes:ada").taken == 10


@pytest.mark.django_db
def test_people_are_counted_apart() -> None:
    limits.take("prompts:ada", limit=1, window_seconds=FOREVER)
    limits.take("prompts:ben", limit=1, window_seconds=FOREVER)
    with pytest.raises(TooMany):
        limits.take("prompts:ada", limit=1, window_seconds=FOREVER)
