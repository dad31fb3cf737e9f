# Normalize formants: a copy of the Table with columns of normalized formants, and f0 if there is any.
#
# Selection: one Table with formants in Hz, one row per token (or per token and time).
# Arguments, in this order, all texts:
#    1 Label column     of the vowel; "" finds label, vowel ...
#    2 Speaker column   "" finds speaker, spk ...; none: all rows are one speaker's
#    3 Token column     the same in all rows of a token, if it has several; "" finds id
#    4 Formant columns  in Hz, separated by commas, as F1, F2, F3
#    5 Normalization    lobanov, nearey2, deltaf ...
#    6 Scale            applied before: hz, ln, bark_traunmuller ...
#    7 Balance          statistics of a speaker over tokens, or over the means of each label: token, vowel
#    8 Corner labels    of FLEECE and TRAP, for watt_fabricius; "" finds them
#    9 Further options  as in docs/settings.md, for example: normalize.methods = lobanov, nearey2
# Result: a Table, selected: the columns of the old one and the new ones. The old Table is not changed.

form Normalize formants
	comment Columns of the Table (nothing typed: found by their names)
	sentence Label_column
	sentence Speaker_column
	sentence Token_column
	sentence Formant_columns_(Hz) F1, F2, F3
	optionmenu Normalization: 1
		option lobanov
		option lobanov_balanced
		option nearey1
		option nearey2
		option nearey2_regression
		option deltaf
		option watt_fabricius
		option watt_fabricius_mod
		option mean_ratio
		option bark_difference
		option syrdal_gopal
		option gerstman
		option labov
		option miller
		option nordstrom_lindblom
		option c_cure
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
	sentence Corner_labels
	sentence Further_options
endform

@w2vBegin: "normalize_table"
@w2vPut: "label", label_column$
@w2vPut: "speaker", speaker_column$
@w2vPut: "token", token_column$
@w2vPut: "normalize.formants", formant_columns$
@w2vPutNormalization: normalization$
@w2vPut: "normalize.scale", scale$
@w2vPut: "normalize.balance", balance$
@w2vPut: "normalize.corners", corner_labels$
@w2vPutFurther: further_options$
@w2vSaveTable
@w2vRun
@w2vShow: 0
@w2vFinish: 1

include bridge.inc
