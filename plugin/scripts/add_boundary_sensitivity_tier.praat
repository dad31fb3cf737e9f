# Add boundary-sensitivity tier: how far formants and vector go when the boundaries of an interval are moved a little.
#
# Selection: Sounds and their TextGrids (one pair, or several with equal names), perhaps one Table of speakers.
# Arguments, in this order, all texts:
#    1 Tier             name or number; "" is the phone tier
#    2 Labels           separated by commas, after the label map; "" is all
#    3 Label class      all, vowel, consonant
#    4 Label map        none, arpabet, xsampa, sampa_de, ipa
#    5 Model            phone, sex, phone+sex, base, register, one you added, or a folder
#    6 Layer            0 is the input of the first layer; "" is the recommended layer
#    7 Pooling          mean, middle, centre, overlap, thirds
#    8 Shifts           of the boundaries, in s, separated by commas; "" is the default
#    9 Change of        formants, embedding, both
#   10 Formant ceiling  in Hz, or how it is found: sex, speaker, token
#   11 Speakers         automatic (the selected Table, else a speaker for each Sound), object name,
#                       before the first _, one speaker, selected Table
#   12 Further options  as in docs/settings.md
# Result: each TextGrid has more tiers (sens_f1, sens_f2, sens_vec ...); the selection stays as it is.

form Add boundary-sensitivity tier
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
	sentence Shifts_(s) 0.005, 0.01, 0.02
	optionmenu Change_of: 3
		option formants
		option embedding
		option both
	comment Formant ceiling (a number in Hz, or how it is found, as sex, speaker, token)
	sentence Formant_ceiling_(Hz) sex
	optionmenu Speakers: 1
		option automatic
		option object name
		option before the first _
		option one speaker
		option selected Table
	sentence Further_options
endform

@w2vBegin: "sensitivity_tier"
@w2vPutTokens: tier$, labels$, label_class$, label_map$
@w2vPutModel: model$, layer$, pooling$
@w2vPutCeiling: formant_ceiling$
@w2vPut: "sensitivity.shifts", shifts$
@w2vPut: "which", change_of$
@w2vPutFurther: further_options$
@w2vSavePairs: speakers$
@w2vRun
@w2vAppendTiers
@w2vShow: 0
@w2vFinish: 0

include bridge.inc
