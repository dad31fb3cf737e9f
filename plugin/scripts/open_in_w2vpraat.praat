# Open in w2vpraat... (Sound or LongSound, and TextGrid): the window of w2vpraat with this recording.
#
# Folder: empty for the files that the objects come from, if they still hold the same; else a folder into which
# copies of both objects are written. A file with other content is never replaced.
# From a script: selectObject: sound, textGrid
#   runScript: "open_in_w2vpraat.praat", ""

form Open in w2vpraat
	comment The window shows the files that both objects come from.
	comment Name a folder (that exists) to show copies that are written there.
	sentence Folder
endform

@w2vBegin: "show_in_window"
@w2vPutScreen
@w2vPut: "folder", folder$
grid = 0
sound = 0
if numberOfSelected () = 2 and numberOfSelected ("TextGrid") = 1
	grid = selected ("TextGrid")
	if numberOfSelected ("Sound") = 1
		sound = selected ("Sound")
	elsif numberOfSelected ("LongSound") = 1
		sound = selected ("LongSound")
	endif
endif
if sound = 0
	@w2vFail: "Select one Sound (or LongSound) and its TextGrid."
endif
w2vPutAudioFiles.n = 0
@w2vPutAudioFile: sound
@w2vPut: "audio_files", string$ (w2vPutAudioFiles.n)
@w2vFileOf: grid
@w2vPut: "grid_file", w2vFileOf.file$

# Of very long sounds the beginning is compared with the file.
selectObject: sound
long = numberOfSelected ("LongSound")
duration = Get total duration
rate = Get sampling frequency
@w2vPut: "samples", string$ (round (duration * rate))
saved = sound
if long
	name$ = selected$ ("LongSound")
	saved = Extract part: 0, min (duration, 600), "yes"
elsif duration > 600
	name$ = selected$ ("Sound")
	start = Get start time
	saved = Extract part: start, start + 600, "rectangular", 1, "yes"
endif
if saved <> sound
	w2v.numberOfObjects = 1
	w2v.object [1] = saved
	Rename: name$
endif
@w2vSaveSound: saved
if saved <> sound
	removeObject: saved
	w2v.numberOfObjects = 0
endif
@w2vSaveTextGrid: grid
@w2vRun
if folder$ <> ""
	@w2vShow: 0
endif
@w2vFinish: 0

include bridge.inc
include editor.inc
include window.inc
