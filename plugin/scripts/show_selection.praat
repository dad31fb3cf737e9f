# Part of show_recording.praat: select a stretch in the editor of a TextGrid and show it.
#
# It ends with an error if the TextGrid has no editor. If all went well, the TextGrid is selected in the list of
# objects.

form Select in an editor
	integer TextGrid 0
	sentence Tier
	real Start 0
	real End 0
endform

selectObject: textGrid
n_tiers = Get number of tiers
wanted = 0
for i to n_tiers
	name$ = Get tier name: i
	if name$ = tier$ and wanted = 0
		wanted = i
	endif
endfor
selectObject ()

editor: textGrid

# The tier comes before the times: going to another tier changes the selection.
if wanted > 0
	info$ = Editor info
	tier_now = extractNumber (info$, "Selected tier: ")
	tries = 0
	while tier_now <> wanted and tier_now <> undefined and tries < n_tiers
		nocheck Select next tier
		info$ = Editor info
		tier_now = extractNumber (info$, "Selected tier: ")
		tries = tries + 1
	endwhile
endif
Select: start, end

# A view that shows the stretch well enough stays as it is.
info$ = Editor info
domain_start = extractNumber (info$, "Editor start: ")
domain_end = extractNumber (info$, "Editor end: ")
seen_start = extractNumber (info$, "Window start: ")
seen_end = extractNumber (info$, "Window end: ")
shown_width = max (1.5, 10 * (end - start))
if start < seen_start or end > seen_end or seen_end - seen_start > 4 * shown_width
	middle = 0.5 * (start + end)
	Zoom: max (domain_start, middle - 0.5 * shown_width), min (domain_end, middle + 0.5 * shown_width)
	Select: start, end
endif
endeditor

selectObject: textGrid
