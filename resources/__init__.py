"""Data of w2vpraat: bundled models, sample corpus, phone-set maps. Read through ``w2vpraat.resources``."""
