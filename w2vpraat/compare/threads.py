"""One thread for linear algebra: faster here, and the same digits on any machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold numpy, scipy and scikit-learn to one thread each.

    The matrices of a comparison are small and many, so that threads would spend the time waiting for each
    other (twenty times slower on a busy machine), and with one thread sums keep their order.
    """
    # Only libraries that are already loaded can be held, and each brings its own.
    import scipy.linalg  # noqa: F401
    import sklearn.svm  # noqa: F401
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(limits=1):
        yield
