# Stop background worker: ends the program that keeps the model in memory. The next command starts it again.
#
# Selection: any. No arguments. Result: a line in the Info window; the selection stays as it is.

@w2vBegin: "stop"
w2v.verb$ = " stop"
@w2vRun
@w2vShow: 0
@w2vFinish: 0

include bridge.inc
