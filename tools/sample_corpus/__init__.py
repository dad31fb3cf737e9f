"""Parts of ``tools/make_sample_corpus.py``: inventory, synthesis, boundaries, layout, measurements."""
