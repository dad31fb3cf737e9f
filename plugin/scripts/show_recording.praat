# Show a recording in a TextGridEditor, with a stretch of it selected.
#
# The window of w2vpraat sends this to a running Praat. From a script:
#   runScript: "show_recording.praat", "/home/anna/a.wav", "/home/anna/a.TextGrid", "phones", 0.52, 0.61, ""
# Objects that were read from these files, and an editor that is open for them, are used again. Nothing that
# is in the list of objects is changed or removed: if a TextGrid in the list is not as its file is now, the
# file is opened as another object.
# Answer_file: a file that exists; what was done is written into it (not in Praat 7, which would ask the user).

form Show a recording
	sentence Sound_file
	sentence TextGrid_file
	sentence Tier
	real Start 0
	real End 0
	sentence Answer_file
endform

long = 600
n_chosen = numberOfSelected ()
for i to n_chosen
	chosen'i' = selected (i)
endfor

# The TextGrid: as the file is now.

grid = 0
fresh = 0
selectObject ()
nowarn nocheck Read from file: textGrid_file$
if numberOfSelected ("TextGrid") <> 1
	@answer: "no TextGrid", 0
endif
fresh = selected ("TextGrid")
@content: fresh
fresh$ = content.text$
@known: "TextGrid", textGrid_file$
differing = 0
for i to known.n
	if known.id [i] <> fresh and grid = 0
		candidate = known.id [i]
		@content: candidate
		if content.text$ = fresh$
			grid = candidate
		else
			differing = differing + 1
		endif
	endif
endfor
if grid = 0
	grid = fresh
else
	removeObject: fresh
	differing = 0
endif

# The editor: the one that is open, else a new one.

@select
opened = 0
if not select.done
	opened = 1
	@known: "Sound", sound_file$
	if known.n = 0
		@known: "LongSound", sound_file$
	endif
	if known.n > 0
		sound = known.id [1]
	else
		@read_sound
		sound = read_sound.id
	endif
	selectObject: sound, grid
	View & Edit
	@select
	if not select.done
		@answer: "no editor", 0
	endif
endif
@answer: "shown", 1

procedure select
	# An editor can be asked for only by an attempt, which ends a script if there is none; the attempt tells
	# by the objects that are selected afterwards that it was successful.
	selectObject ()
	nocheck runScript: "show_selection.praat", grid, tier$, start, end
	.done = numberOfSelected () = 1
endproc

procedure known: .kind$, .file$
	# Objects of a kind that were read from a file.
	.n = 0
	select all
	.all = numberOfSelected (.kind$)
	for .i to .all
		.every [.i] = selected (.kind$, .i)
	endfor
	for .i to .all
		selectObject: .every [.i]
		.info$ = Info
		if extractLine$ (.info$, "Associated file: ") = .file$
			.n = .n + 1
			.id [.n] = .every [.i]
		endif
	endfor
endproc

procedure content: .id
	# All that a TextGrid says, as one text.
	selectObject: .id
	.first = Get start time
	.last = Get end time
	.tiers = Get number of tiers
	.text$ = string$ (.first) + tab$ + string$ (.last)
	for .i to .tiers
		.name$ = Get tier name: .i
		.is_interval = Is interval tier: .i
		.text$ = .text$ + newline$ + .name$ + tab$ + string$ (.is_interval)
	endfor
	.items$ = List: "no", 17, "yes", "yes"
	.text$ = .text$ + newline$ + .items$
endproc

procedure read_sound
	# A long recording stays on the disk.
	selectObject ()
	nowarn nocheck Open long sound file: sound_file$
	.id = 0
	if numberOfSelected ("LongSound") = 1
		.id = selected ("LongSound")
		.duration = Get total duration
		if .duration <= long
			removeObject: .id
			.id = 0
		endif
	endif
	if .id = 0
		selectObject ()
		nowarn nocheck Read from file: sound_file$
		if numberOfSelected ("Sound") = 1
			.id = selected ("Sound")
		endif
	endif
	if .id = 0
		@answer: "no sound", 0
	endif
endproc

procedure answer: .word$, .good
	# Tell what was done, give the user the selection of objects back, and stop if it went wrong.
	if not .good and fresh > 0 and grid = fresh
		removeObject: fresh
	endif
	selectObject ()
	for .i to n_chosen
		plusObject: chosen'.i'
	endfor
	if answer_file$ <> "" and praatVersion < 7000
		if fileReadable (answer_file$)
			if .good
				writeFile: answer_file$, "answer=", .word$, newline$, "opened=", opened, newline$,
				... "differing=", differing, newline$, "object=", grid, newline$, "end", newline$
			else
				writeFile: answer_file$, "answer=", .word$, newline$, "end", newline$
			endif
		endif
	elsif not .good
		exitScript: "w2vpraat can't show """, sound_file$, """ here: ", .word$, "."
	endif
	if not .good
		exit
	endif
endproc
