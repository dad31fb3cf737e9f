# Compare normalizations: how well raw and normalized formants and the vectors tell labels apart, and speakers.
#
# Selection: Sounds and their TextGrids (one pair, or several with equal names), perhaps one Table of speakers.
# Arguments, in this order, texts but for the 11th:
#    1 Tier             name or number; "" is the phone tier
#    2 Labels           separated by commas, after the label map; "" is all
#    3 Label class      all, vowel, consonant
#    4 Label map        none, arpabet, xsampa, sampa_de, ipa
#    5 Model            phone, sex, phone+sex, base, register, one you added, or a folder
#    6 Layer            0 is the input of the first layer; "" is the recommended layer
#    7 Pooling          mean, middle, centre, overlap, thirds
#    8 Normalizations   of the formants, separated by commas: lobanov, nearey2, deltaf ...
#    9 Formant ceiling  in Hz, or how it is found: sex, speaker, token
#   10 Speakers         automatic (the selected Table, else a speaker for each Sound), object name,
#                       before the first _, one speaker, selected Table
#   11 Erase picture    yes: both maps on a page of their own; no: where the selected viewport begins
#   12 Further options  as in docs/settings.md, for example: compare.folds = 5; normalize.balance = vowel
# Result: two Tables, selected: scores (a ranking, best first for every goal) and separation (shares of variance,
# silhouette, neighbours); in the Picture window the chart of the vowels beside the map of the vectors.

form Compare normalizations
	comment Which intervals (nothing typed: the phone tier, all labels)
	sentence Tier_(name_or_number)
	sentence Labels_(separated_by_commas)
	optionmenu Label_class: 1
		option all
		option vowel
		option consonant
	optionmenu Label_map: 1
		option none
		option arpabet
		option xsampa
		option sampa_de
		option ipa
	comment Which vectors (no layer typed: the recommended one)
	sentence Model phone
	sentence Layer_(0_is_the_input)
	optionmenu Pooling: 2
		option mean
		option middle
		option centre
		option overlap
		option thirds
	sentence Normalizations_(separated_by_commas) lobanov, nearey2, deltaf
	comment Formant ceiling (a number in Hz, or how it is found, as sex, speaker, token)
	sentence Formant_ceiling_(Hz) sex
	optionmenu Speakers: 1
		option automatic
		option object name
		option before the first _
		option one speaker
		option selected Table
	boolean Erase_picture 1
	sentence Further_options
endform

@w2vBegin: "compare_normalizations"
@w2vPutTokens: tier$, labels$, label_class$, label_map$
@w2vPutModel: model$, layer$, pooling$
@w2vPutCeiling: formant_ceiling$
@w2vPutNormalization: normalizations$
@w2vPutFurther: further_options$
@w2vSavePairs: speakers$
@w2vRun
@w2vDraw: erase_picture
@w2vShow: 0
@w2vFinish: 1

include bridge.inc
