# Nearest tokens in my corpus... (TextGridEditor, SoundEditor): which tokens of a corpus sound most like this one.
#
# The token is measured with the settings of the corpus, so distances are comparable.
# Results_folder: what "w2vpraat run" wrote; empty: the one used last.
# From a script: editor: "TextGrid anna"
#   runScript: "nearest_tokens_in_my_corpus.praat", "/home/anna/results", 10, "no"
#   endeditor

form Nearest tokens in my corpus
	comment Folder with the results of "w2vpraat run" (empty: the one used last)
	sentence Results_folder
	natural Number_of_tokens 10
	boolean Other_speakers_only no
endform

@w2vBegin: "nearest_tokens"
@w2vPut: "corpus", results_folder$
@w2vPut: "number", string$ (number_of_tokens)
@w2vPut: "others_only", string$ (other_speakers_only)
@w2vEditor
@w2vPutSelection
@w2vSaveEditorSound: 60
@w2vSaveEditorTextGrid
@w2vRun
@w2vShowBelow
@w2vFinish: 1

include bridge.inc
include editor.inc
