# Procedures of w2vpraat for your own scripts: each does what the menu command of the same name does.
#
#    include /home/anna/.praat-dir/plugin_w2vpraat/scripts/procedures.praat
#
# (The command Help tells the path on your computer. The line may stand anywhere in your script.)
#
#    selectObject: sound, textGrid
#    @w2vSegmentTable: "phones", "i, a, u"
#    selectObject: w2vSegmentTable.table
#
# procedure                 select before               result
# @w2vSegmentTable          Sounds and TextGrids        w2vSegmentTable.table
#    tier$, labels$
# @w2vCompareNormalizations Sounds and TextGrids        w2vCompareNormalizations.scores, .separation
#    tier$, labels$                                     (Tables), and the picture
# @w2vNearestLabelTier      Sounds and TextGrids        w2vNearestLabelTier.tiers: so many tiers were added
#    tier$, labels$                                     at the end of each TextGrid
# @w2vSensitivityTier       Sounds and TextGrids        w2vSensitivityTier.tiers, likewise
#    tier$, labels$
# @w2vNormalizeFormants     one Table                   w2vNormalizeFormants.table
#    label$, speaker$ (columns; "" are found)
# @w2vCompareTable          one Table                   w2vCompareTable.scores, .separation, and the picture
#    label$, speaker$
# @w2vCheckInstallation     any                         text in the Info window
# @w2vStopWorker            any
#
# The tier is a name or a number, "" is the phone tier; labels are separated by commas, "" is all.
# With Sounds and TextGrids one Table of speakers may be selected: columns speaker, name (of the Sounds), sex ...
# New Tables are selected at the end; else the selection stays. An error ends your script with its message.
#
# Everything else is an option in a variable. Set those that you want otherwise, before the call:
#
# w2v.labelClass$       all                         all, vowel, consonant
# w2v.labelMap$         none                        none, arpabet, xsampa, sampa_de, ipa
# w2v.model$            phone                       phone, sex, phone+sex, base, register, your own, or a folder
# w2v.layer$            "" (recommended)            0 is the input of the first layer
# w2v.pooling$          middle                      mean, middle, centre, overlap, thirds
# w2v.normalization$    lobanov                     one method, or none
# w2v.normalizations$   lobanov, nearey2, deltaf    those that are compared
# w2v.components$       2                           number of principal components, or all: the vectors themselves
# w2v.formantCeiling$   sex                         a number in Hz, or sex, speaker, token: how it is found
# w2v.speakers$         automatic                   automatic, object name, before the first _, one speaker,
#                                                   selected Table
# w2v.which$            both                        tiers about: formants, embedding, both
# w2v.shifts$           0.005, 0.01, 0.02           of boundaries, in s
# w2v.token$            "" (found)                  column of the token, for Tables with several rows for each
# w2v.formants$         F1, F2, F3                  columns in Hz
# w2v.scale$            hz                          hz, ln, bark_traunmuller ...
# w2v.balance$          token                       token, vowel
# w2v.corners$          "" (found)                  labels of FLEECE and TRAP, for watt_fabricius
# w2v.erasePicture$     yes                         yes: a page of its own; no: where the selected viewport begins
# w2v.further$          ""                          as in docs/settings.md: "pitch.floor = 75; compare.folds = 5"
#
# @w2vDefaults sets all of them back.

procedure w2vSegmentTable: .tier$, .labels$
	@w2vOptions
	runScript: w2vScripts$ + "/extract_segment_table.praat", .tier$, .labels$, w2v.labelClass$, w2v.labelMap$,
	... w2v.model$, w2v.layer$, w2v.pooling$, w2v.normalization$, w2v.components$, w2v.formantCeiling$,
	... w2v.speakers$, w2v.further$
	.table = selected ("Table")
endproc

procedure w2vCompareNormalizations: .tier$, .labels$
	@w2vOptions
	runScript: w2vScripts$ + "/compare_normalizations.praat", .tier$, .labels$, w2v.labelClass$, w2v.labelMap$,
	... w2v.model$, w2v.layer$, w2v.pooling$, w2v.normalizations$, w2v.formantCeiling$, w2v.speakers$,
	... w2v.erasePicture$, w2v.further$
	.scores = selected ("Table", 1)
	.separation = selected ("Table", 2)
endproc

procedure w2vNearestLabelTier: .tier$, .labels$
	@w2vOptions
	@w2vCountTiers
	.tiers = w2vCountTiers.number
	runScript: w2vScripts$ + "/add_nearest_label_tier.praat", .tier$, .labels$, w2v.labelClass$, w2v.labelMap$,
	... w2v.model$, w2v.layer$, w2v.pooling$, w2v.normalization$, w2v.which$, w2v.formantCeiling$,
	... w2v.speakers$, w2v.further$
	@w2vCountTiers
	.tiers = w2vCountTiers.number - .tiers
endproc

procedure w2vSensitivityTier: .tier$, .labels$
	@w2vOptions
	@w2vCountTiers
	.tiers = w2vCountTiers.number
	runScript: w2vScripts$ + "/add_boundary_sensitivity_tier.praat", .tier$, .labels$, w2v.labelClass$,
	... w2v.labelMap$, w2v.model$, w2v.layer$, w2v.pooling$, w2v.shifts$, w2v.which$, w2v.formantCeiling$,
	... w2v.speakers$, w2v.further$
	@w2vCountTiers
	.tiers = w2vCountTiers.number - .tiers
endproc

procedure w2vNormalizeFormants: .label$, .speaker$
	@w2vOptions
	runScript: w2vScripts$ + "/normalize_formants.praat", .label$, .speaker$, w2v.token$, w2v.formants$,
	... w2v.normalization$, w2v.scale$, w2v.balance$, w2v.corners$, w2v.further$
	.table = selected ("Table")
endproc

procedure w2vCompareTable: .label$, .speaker$
	@w2vOptions
	runScript: w2vScripts$ + "/compare_table.praat", .label$, .speaker$, w2v.token$, w2v.formants$,
	... w2v.normalizations$, w2v.scale$, w2v.balance$, w2v.erasePicture$, w2v.further$
	.scores = selected ("Table", 1)
	.separation = selected ("Table", 2)
endproc

procedure w2vCheckInstallation
	@w2vFolder
	runScript: w2vScripts$ + "/check_installation.praat"
endproc

procedure w2vStopWorker
	@w2vFolder
	runScript: w2vScripts$ + "/stop_worker.praat"
endproc

# Where the scripts lie. "w2vpraat plugin install" writes the folder into this line.
procedure w2vFolder
	w2vScripts$ = ""
	if not fileReadable (w2vScripts$ + "/extract_segment_table.praat")
		exitScript: "The scripts of w2vpraat are not where this file says: """ + w2vScripts$ + """." + newline$ +
		... "Include the file from Praat's preference folder: plugin_w2vpraat/scripts/procedures.praat; " +
		... "to write it again, type in a terminal: w2vpraat plugin install"
	endif
endproc

# Sets all options back to their defaults.
procedure w2vDefaults
	w2vOption.again = 1
	@w2vAllOptions
endproc

# Options that the script did not set get their defaults.
procedure w2vOptions
	@w2vFolder
	w2vOption.again = 0
	@w2vAllOptions
endproc

procedure w2vAllOptions
	@w2vOption: "labelClass", "all"
	@w2vOption: "labelMap", "none"
	@w2vOption: "model", "phone"
	@w2vOption: "layer", ""
	@w2vOption: "pooling", "middle"
	@w2vOption: "normalization", "lobanov"
	@w2vOption: "normalizations", "lobanov, nearey2, deltaf"
	@w2vOption: "components", "2"
	@w2vOption: "formantCeiling", "sex"
	@w2vOption: "speakers", "automatic"
	@w2vOption: "which", "both"
	@w2vOption: "shifts", "0.005, 0.01, 0.02"
	@w2vOption: "token", ""
	@w2vOption: "formants", "F1, F2, F3"
	@w2vOption: "scale", "hz"
	@w2vOption: "balance", "token"
	@w2vOption: "corners", ""
	@w2vOption: "erasePicture", "yes"
	@w2vOption: "further", ""
endproc

procedure w2vOption: .name$, .default$
	.variable$ = "w2v." + .name$ + "$"
	if .again or not variableExists (.variable$)
		'.variable$' = .default$
	endif
endproc

# Number of tiers of the first selected TextGrid; the selection stays.
procedure w2vCountTiers
	.number = 0
	if numberOfSelected ("TextGrid")
		.objects = numberOfSelected ()
		for .i to .objects
			.object [.i] = selected (.i)
		endfor
		selectObject: selected ("TextGrid")
		.number = Get number of tiers
		selectObject ()
		for .i to .objects
			plusObject: .object [.i]
		endfor
	endif
endproc
