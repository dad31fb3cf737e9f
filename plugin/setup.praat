# w2vpraat in Praat's menus. Made for Praat 6.1.38 and later. It writes nothing and starts nothing.

# ---- commands on objects ---------------------------------------------------------------------------------
# As many Sounds as TextGrids, and perhaps a Table of speakers; the scripts check what is selected.

Add action command: "Sound", 0, "TextGrid", 0, "", 0, "w2vpraat -", "", 0, ""
Add action command: "Sound", 0, "TextGrid", 0, "", 0, "Extract segment table...", "w2vpraat -", 1, "scripts/extract_segment_table.praat"
Add action command: "Sound", 0, "TextGrid", 0, "", 0, "Compare normalizations...", "Extract segment table...", 1, "scripts/compare_normalizations.praat"
Add action command: "Sound", 0, "TextGrid", 0, "", 0, "Add nearest-label tier...", "Compare normalizations...", 1, "scripts/add_nearest_label_tier.praat"
Add action command: "Sound", 0, "TextGrid", 0, "", 0, "Add boundary-sensitivity tier...", "Add nearest-label tier...", 1, "scripts/add_boundary_sensitivity_tier.praat"
Add action command: "Sound", 0, "TextGrid", 0, "", 0, "Help", "Add boundary-sensitivity tier...", 1, "scripts/help.praat"

Add action command: "Sound", 0, "Table", 1, "TextGrid", 0, "w2vpraat -", "", 0, ""
Add action command: "Sound", 0, "Table", 1, "TextGrid", 0, "Extract segment table...", "w2vpraat -", 1, "scripts/extract_segment_table.praat"
Add action command: "Sound", 0, "Table", 1, "TextGrid", 0, "Compare normalizations...", "Extract segment table...", 1, "scripts/compare_normalizations.praat"
Add action command: "Sound", 0, "Table", 1, "TextGrid", 0, "Add nearest-label tier...", "Compare normalizations...", 1, "scripts/add_nearest_label_tier.praat"
Add action command: "Sound", 0, "Table", 1, "TextGrid", 0, "Add boundary-sensitivity tier...", "Add nearest-label tier...", 1, "scripts/add_boundary_sensitivity_tier.praat"
Add action command: "Sound", 0, "Table", 1, "TextGrid", 0, "Help", "Add boundary-sensitivity tier...", 1, "scripts/help.praat"

Add action command: "Table", 1, "", 0, "", 0, "w2vpraat -", "", 0, ""
Add action command: "Table", 1, "", 0, "", 0, "Normalize formants...", "w2vpraat -", 1, "scripts/normalize_formants.praat"
Add action command: "Table", 1, "", 0, "", 0, "Compare...", "Normalize formants...", 1, "scripts/compare_table.praat"
Add action command: "Table", 1, "", 0, "", 0, "Help", "Compare...", 1, "scripts/help.praat"

# ---- the Objects window ------------------------------------------------------------------------------------

Add menu command: "Objects", "Praat", "w2vpraat", "", 0, ""
Add menu command: "Objects", "Praat", "Help", "w2vpraat", 1, "scripts/help.praat"
Add menu command: "Objects", "Praat", "Check installation", "Help", 1, "scripts/check_installation.praat"
Add menu command: "Objects", "Praat", "Stop background worker", "Check installation", 1, "scripts/stop_worker.praat"

# ---- editor commands, and Open in w2vpraat -----------------------------------------------------------------

Add action command: "Sound", 0, "TextGrid", 0, "", 0, "Open in w2vpraat...", "Add boundary-sensitivity tier...", 1, "scripts/open_in_w2vpraat.praat"

Add action command: "LongSound", 1, "TextGrid", 1, "", 0, "w2vpraat -", "", 0, ""
Add action command: "LongSound", 1, "TextGrid", 1, "", 0, "Open in w2vpraat...", "w2vpraat -", 1, "scripts/open_in_w2vpraat.praat"

Add menu command: "TextGridEditor", "Interval", "Segment values here", "", 0, "scripts/segment_values_here.praat"
Add menu command: "TextGridEditor", "Interval", "Nearest tokens in my corpus...", "", 0, "scripts/nearest_tokens_in_my_corpus.praat"
Add menu command: "TextGridEditor", "Interval", "Show in w2vpraat", "", 0, "scripts/show_in_w2vpraat.praat"

# The menu has another name since Praat 6.2.15; a name that is not there is a warning whenever an editor opens.
w2vMenu$ = "Query"
if praatVersion >= 6215
	w2vMenu$ = "Analyses"
endif
Add menu command: "SoundEditor", w2vMenu$, "Segment values here", "", 0, "scripts/segment_values_here.praat"
Add menu command: "SoundEditor", w2vMenu$, "Nearest tokens in my corpus...", "", 0, "scripts/nearest_tokens_in_my_corpus.praat"
Add menu command: "SoundEditor", w2vMenu$, "Show in w2vpraat", "", 0, "scripts/show_in_w2vpraat.praat"

# ---- end of the editor commands ----------------------------------------------------------------------------
