# Segment values here (TextGridEditor, SoundEditor): what w2vpraat measures at the selection.
#
# TextGridEditor: every interval of the selected tier that the selection touches, or the one at the cursor.
# SoundEditor: the selected stretch itself.
# The values appear in the Info window; of several intervals a Table is made, too.
# From a script: editor: "TextGrid anna", then runScript: "segment_values_here.praat", then endeditor.

@w2vBegin: "values_here"
@w2vEditor
@w2vPutSelection
@w2vSaveEditorSound: 60
@w2vSaveEditorTextGrid
if w2vEditor.type$ <> "TextGrid"
	# One token alone: only what needs no others of its speaker.
	@w2vPut: "normalize.methods", "bark_difference"
	@w2vPut: "normalize.f0_methods", ","
	@w2vPut: "normalize.embedding_methods", ","
endif
@w2vRun
@w2vShowBelow
@w2vTellStretch
if w2v.numberOfObjects = 1
	selectObject: w2v.object [1]
	rows = Get number of rows
	if rows < 2
		Remove
		w2v.numberOfObjects = 0
	endif
endif
@w2vFinish: 0

include bridge.inc
include editor.inc
