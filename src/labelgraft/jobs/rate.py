"""How fast a job goes, and how long it will still take."""

from __future__ import annotations

from collections import deque

WINDOW_SECONDS = 30.0
LEAST_SAMPLES = 8


class RateMeter:
    """Rate over the last half minute, or the last eight changes where those took longer.

    What was finished before this process began does not count: a resumed job would look fast otherwise.
    """

    def __init__(self, done: int, now: float) -> None:
        self._samples: deque[tuple[float, int]] = deque([(now, done)])

    def add(self, done: int, now: float) -> None:
        """`done` units are finished at `now` (seconds of a monotonic clock)."""
        if done == self._samples[-1][1]:
            return
        self._samples.append((now, done))
        while len(self._samples) > LEAST_SAMPLES and now - self._samples[1][0] > WINDOW_SECONDS:
            self._samples.popleft()

    def rate(self, now: float) -> float:
        """Units per second; 0 while unknown."""
        (first, done_first), (last, done_last) = self._samples[0], self._samples[-1]
        if done_last <= done_first or last <= first:
            return 0.0
        # Steps end in bursts, so the time since the last one counts only once the next is overdue.
        pause = (last - first) / (len(self._samples) - 1)
        until = now if now - last > 2 * pause else last
        return (done_last - done_first) / (until - first)

    def seconds_left(self, total: int, now: float) -> float | None:
        """Seconds until `total` units are done; None while unknown."""
        rate = self.rate(now)
        if rate <= 0:
            return None
        last, done = self._samples[-1]
        return max(0.0, (total - done) / rate - (now - last))
