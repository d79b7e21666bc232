"""What work costs, for tests that compare two ways in one run; never the clock, and never a figure by itself."""

from collections.abc import Callable
from time import thread_time


def least_cpu(work: Callable[[], object], repeat: int = 20) -> float:
    """Seconds of processor time, the least of several; other processes do not count."""
    taken = []
    for _ in range(repeat):
        begun = thread_time()
        work()
        taken.append(thread_time() - begun)
    return min(taken)
