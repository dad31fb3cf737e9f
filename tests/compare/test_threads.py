"""Linear algebra is held to one thread, whichever library was loaded first."""

from __future__ import annotations

import subprocess
import sys


def test_every_library_is_held_even_if_it_was_not_loaded_before():
    code = (
        "from w2vpraat.compare.threads import one_thread\n"
        "from threadpoolctl import threadpool_info\n"
        "with one_thread():\n"
        "    import numpy, scipy.linalg, sklearn.svm, sklearn.decomposition\n"
        "    print(sorted({item['num_threads'] for item in threadpool_info()}))\n"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[1]"
