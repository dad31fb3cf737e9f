from test_whole_window import *
from test_whole_window import _open,_settled,_idle,_end,_as_the_program
from collections import Counter
def test_x(qtbot, window, corpus_folder, tmp_path):
    other = tmp_path / "other"; other.mkdir()
    for suffix in (".flac", ".TextGrid"): shutil.copy(sample_corpus() / f"us_f_sky{suffix}", other)
    prev=None
    for i in range(6):
        window.files.open_paths([other]); _open(qtbot, window, "us_f_sky")
        window.files.open_paths([corpus_folder]); _open(qtbot, window, LIAM)
        _settled(); _idle(qtbot,window); _settled()
        c=Counter((type(o).__name__,type(o.parent()).__name__) for o in window.findChildren(QObject))
        if prev: print(sum(c.values()), {k:c[k]-prev[k] for k in set(c)|set(prev) if c[k]!=prev[k]})
        prev=c
