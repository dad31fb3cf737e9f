# Check installation: versions, model, device, background worker, cache; starts the worker if none runs.
#
# Selection: any. No arguments. Result: text in the Info window; the selection stays as it is.

@w2vBegin: "check"
@w2vRun
@w2vShow: 1
@w2vFinish: 0

include bridge.inc
