# Show in w2vpraat (TextGridEditor, SoundEditor): the window of w2vpraat, at the selection of this editor.
#
# The window shows files: the ones that the Sound and the TextGrid come from, if they still hold the same.
# From a script: editor: "TextGrid anna", then runScript: "show_in_w2vpraat.praat", then endeditor.

@w2vBegin: "show_in_window"
@w2vPutScreen
@w2vEditor
@w2vPutSelection
# Of very long sounds a stretch is compared with the file.
@w2vSaveEditorSound: 600
@w2vListSounds
@w2vPutAudioFiles: w2vEditor.start, w2vEditor.end, w2vEditor.name$
if w2vEditor.type$ = "TextGrid"
	@w2vSaveEditorTextGrid
	@w2vFileOf: w2vEditor.id
	@w2vPut: "grid_file", w2vFileOf.file$
endif
@w2vRun
@w2vFinish: 0

include bridge.inc
include editor.inc
include window.inc
