# Compare: how well raw and normalized formants of a Table tell labels apart, and speakers.
#
# Selection: one Table with formants in Hz, one row per token; a column sex (F, M) is used if there is one.
# Arguments, in this order, texts but for the 8th:
#    1 Label column     of the vowel; "" finds label, vowel ...
#    2 Speaker column   "" finds speaker, spk ...; none: all rows are one speaker's
#    3 Token column     the same in all rows of a token, if it has several; "" finds id
#    4 Formant columns  in Hz, separated by commas, as F1, F2, F3
#    5 Normalizations   separated by commas: lobanov, nearey2, deltaf ...
#    6 Scale            applied before: hz, ln, bark_traunmuller ...
#    7 Balance          statistics of a speaker over tokens, or over the means of each label: token, vowel
#    8 Erase picture    yes: the charts on a page of their own; no: where the selected viewport begins
#    9 Further options  as in docs/settings.md, for example: compare.folds = 10; compare.columns = dialect
# Result: two Tables, selected: scores (a ranking, best first for every goal) and separation (shares of variance,
# silhouette, neighbours); in the Picture window the charts of raw and normalized vowels.

form Compare
	comment Columns of the Table (nothing typed: found by their names)
	sentence Label_column
	sentence Speaker_column
	sentence Token_column
	sentence Formant_columns_(Hz) F1, F2, F3
	sentence Normalizations_(separated_by_commas) lobanov, nearey2, deltaf
	optionmenu Scale: 1
		option hz
		option bark_traunmuller
		option bark_traunmuller_plain
		option bark_schroeder
		option bark_zwicker
		option erb_glasberg_moore
		option erb_moore_glasberg
		option erb_praat
		option erb_greenwood
		option mel_oshaughnessy
		option mel_1127
		option mel_fant
		option mel_praat
		option mel_slaney
		option semitone
		option ln
	optionmenu Balance: 1
		option token
		option vowel
	boolean Erase_picture 1
	sentence Further_options
endform

@w2vBegin: "compare_table"
@w2vPut: "label", label_column$
@w2vPut: "speaker", speaker_column$
@w2vPut: "token", token_column$
@w2vPut: "normalize.formants", formant_columns$
@w2vPutNormalization: normalizations$
@w2vPut: "normalize.scale", scale$
@w2vPut: "normalize.balance", balance$
@w2vPutFurther: further_options$
@w2vSaveTable
@w2vRun
@w2vDraw: erase_picture
@w2vShow: 0
@w2vFinish: 1

include bridge.inc
