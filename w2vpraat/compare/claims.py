"""The claims of Wang, Yang & Yuan 2025 (arXiv:2503.04814) as tests on one's own data.

A: fine-tuning for one task lowers the decodability of the other, against the same pre-trained layers.
B: a model fine-tuned for several tasks is as good at each as the model fine-tuned for that one alone.
C: suppression is not necessary for good classification: the model of several tasks keeps what the model of
one task lost, and is as good at that one task.

Every contrast is a paired difference of probes on the same tokens, with an interval over speakers. No
published number is used: the contrasts ask whether the effect is there, not how large it was in the paper.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from w2vpraat.compare.scores import Key, Scores
from w2vpraat.errors import ComparisonError

SUPPORTED, REFUTED, OPEN = "supported", "not supported", "not enough data"
TITLES = {
    "A": "Fine-tuning for one task lowers the decodability of the other",
    "B": "A model of several tasks keeps them all without losing accuracy",
    "C": "Suppression is not necessary for good classification",
}
KEY = ("representation", "goal", "probe", "unit")
# How a probe is called in a sentence.
PROBE_WORDS = {"lda": "linear probe", "knn": "nearest neighbours", "rbf": "Gaussian support vector machine"}


@dataclass(frozen=True)
class Candidate:
    """A model that takes part.

    Parameters
    ----------
    name : str
    tasks : tuple of str
        What it was fine-tuned for; empty for the pre-trained one.
    upper : tuple of str
        Names of the representations that are averaged: its upper layers.
    """

    name: str
    tasks: tuple[str, ...]
    upper: tuple[str, ...]


@dataclass(frozen=True)
class Contrast:
    """One difference.

    Attributes
    ----------
    claim : str
        ``A``, ``B`` or ``C``.
    model, against : str
        The effect is that of `model` less that of `against`.
    target : str
        Goal of the comparison, such as ``sex_given_label``.
    probe : str
    layers : str
        Representations that were averaged, for example ``"5-6"``.
    effect, low, high : float
        Difference of accuracies with its interval over speakers.
    margin : float
        Equivalence margin.
    n, n_speakers : int
        Tokens and speakers.
    verdict : str
        ``supported``, ``not supported`` or ``not enough data``.
    counts : bool
        Whether the verdict on the claim rests on it: not, if this probe reads the target from the model
        compared with no better than by chance, and another probe does.
    sentence : str
        The same in words.
    """

    claim: str
    model: str
    against: str
    target: str
    probe: str
    layers: str
    effect: float
    low: float
    high: float
    margin: float
    n: int
    n_speakers: int
    verdict: str
    counts: bool
    sentence: str


@dataclass(frozen=True)
class Verdict:
    """The answer to a claim.

    Attributes
    ----------
    claim, title : str
    verdict : str
        As in `Contrast`.
    sentence : str
        One sentence.
    """

    claim: str
    title: str
    verdict: str
    sentence: str


def check_roles(tasks: Mapping[str, Sequence[str]]) -> None:
    """Check that there is one pre-trained model, and others that were fine-tuned.

    Parameters
    ----------
    tasks : mapping of str to sequence of str
        Model -> its tasks.

    Raises
    ------
    ComparisonError
        Not exactly one model without tasks, or none with.
    """
    if sum(not own for own in tasks.values()) != 1 or len(tasks) < 2:
        names = ", ".join(f"{name} ({'+'.join(own) or 'no task'})" for name, own in tasks.items())
        raise ComparisonError(
            f"the claims need one pre-trained model and fine-tuned ones; there are: {names}",
            "name them with --models; a model's tasks are told in its w2vpraat.json",
        )


def goal_of(task: str, label_task: str) -> str:
    """Return the goal that asks for a task: ``phone`` -> ``label``, ``sex`` -> ``sex_given_label``."""
    return "label" if task == label_task else f"{task}_given_label"


def examine_claims(
    scores: Scores,
    candidates: Sequence[Candidate],
    *,
    margin: float = 0.05,
    label_task: str = "phone",
    layers: str = "",
) -> tuple[tuple[Contrast, ...], tuple[Verdict, ...]]:
    """Contrast the three claims.

    Parameters
    ----------
    scores : Scores
        Of the upper layers of all candidates; from `compare`, with every probe that is wanted.
    candidates : sequence of Candidate
        One pre-trained model and models of one task and of several.
    margin : float
        A difference in accuracy that would not matter.
    label_task : str
        The task that the labels of the tokens stand for.
    layers : str
        The layers in words, for the tables.

    Returns
    -------
    contrasts, verdicts : tuple
        All differences, and one verdict per claim: not supported if any difference that counts says so,
        supported if all do.

    Raises
    ------
    ComparisonError
        Not exactly one pre-trained model, or no fine-tuned one.
    """
    check_roles({one.name: one.tasks for one in candidates})
    base = next(one for one in candidates if not one.tasks)
    tuned = [one for one in candidates if one.tasks]
    desk = _Desk(scores, margin, label_task, layers)
    contrasts = _weighed((*_claim_a(desk, base, tuned), *_claim_b(desk, tuned), *_claim_c(desk, tuned)))
    verdicts = tuple(_verdict(claim, [one for one in contrasts if one.claim == claim]) for claim in TITLES)
    return contrasts, verdicts


@dataclass(frozen=True, eq=False)
class _Desk:
    """Scores with what every test needs from them."""

    scores: Scores
    margin: float
    label_task: str
    layers: str

    def probes(self, goal: str) -> list[str]:
        table = self.scores.table
        return list(dict.fromkeys(table.loc[table["goal"] == goal, "probe"]))

    def keys(self, one: Candidate, goal: str, probe: str) -> list[Key]:
        table = self.scores.table
        units = list(table.loc[(table["goal"] == goal) & (table["probe"] == probe), "unit"])
        # Plain accuracy where there is one; classes of people are balanced.
        unit = "accuracy" if "accuracy" in units else units[0]
        return [(name, goal, probe, unit) for name in one.upper]

    def above_chance(self, one: Candidate, goal: str, probe: str) -> bool:
        table = self.scores.table
        keys = set(self.keys(one, goal, probe))
        rows = table[[key in keys for key in zip(*(table[name] for name in KEY), strict=True)]]
        return bool((rows["low"] > rows[["chance", "shuffled"]].max(axis=1)).all())

    def contrast(
        self, claim: str, one: Candidate, against: Candidate, goal: str, probe: str, judge: Mapping[str, str]
    ) -> Contrast:
        """Take a difference and judge it.

        ``judge`` names the rule under ``rule`` (``lower``, ``equivalent``, ``higher``), and may refuse under
        ``refused``.
        """
        mine, theirs = self.keys(one, goal, probe), self.keys(against, goal, probe)
        found = self.scores.mean_difference(mine, theirs)
        tally = self.scores.tallies[mine[0]]
        if not (found.low == found.low and found.high == found.high):
            judge = {"rule": judge["rule"], "refused": "without an interval over speakers nothing is shown"}
        verdict = _judge(judge["rule"], found.low, found.high, self.margin)
        if judge.get("refused"):
            verdict = OPEN
        words = _words(one.name, against.name, goal, probe, found.value, found.low, found.high)
        return Contrast(
            claim=claim,
            model=one.name,
            against=against.name,
            target=goal,
            probe=probe,
            layers=self.layers,
            effect=found.value,
            low=found.low,
            high=found.high,
            margin=self.margin,
            n=int(tally.counts.sum()),
            n_speakers=tally.n_speakers,
            verdict=verdict,
            counts=not judge.get("refused"),
            sentence=f"{words}: {_meaning(judge, verdict, self.margin)}.",
        )


def _judge(rule: str, low: float, high: float, margin: float) -> str:
    if rule == "lower":
        return SUPPORTED if high < 0.0 else REFUTED if low > -margin else OPEN
    if rule == "higher":
        return SUPPORTED if low > 0.0 else REFUTED if high < margin else OPEN
    return SUPPORTED if low > -margin else REFUTED if high < -margin else OPEN


def _meaning(judge: Mapping[str, str], verdict: str, margin: float) -> str:
    if judge.get("refused"):
        return judge["refused"]
    points = f"{100 * margin:g} points"
    said = {
        ("lower", SUPPORTED): "lower, and the interval leaves out zero",
        ("lower", REFUTED): f"a loss of {points} is ruled out",
        ("lower", OPEN): "neither zero nor a loss that matters is ruled out",
        ("higher", SUPPORTED): "higher, and the interval leaves out zero",
        ("higher", REFUTED): f"a gain of {points} is ruled out",
        ("higher", OPEN): "neither zero nor a gain that matters is ruled out",
        ("equivalent", SUPPORTED): f"a loss of {points} is ruled out",
        ("equivalent", REFUTED): f"worse by more than {points}",
        ("equivalent", OPEN): f"a loss of {points} is not ruled out, nor shown",
    }
    return said[(judge["rule"], verdict)]


def target_words(goal: str) -> str:
    """Name a goal in a sentence."""
    name, mark, _ = goal.partition("_given_label")
    return f"{name}, given the label," if mark else name


def _words(one: str, against: str, goal: str, probe: str, value: float, low: float, high: float) -> str:
    span = f" [{100 * low:+.1f}, {100 * high:+.1f}]" if low == low else ""
    return (
        f"{target_words(goal)} is read from the model {one} with {100 * value:+.1f} points{span}"
        f" against the model {against} ({PROBE_WORDS[probe]})"
    )


def _other_tasks(one: Candidate, tuned: Sequence[Candidate]) -> list[str]:
    return [
        task for task in dict.fromkeys(t for other in tuned for t in other.tasks) if task not in one.tasks
    ]


def _claim_a(desk: _Desk, base: Candidate, tuned: Sequence[Candidate]) -> Iterator[Contrast]:
    for one in tuned:
        if len(one.tasks) != 1:
            continue
        for task in _other_tasks(one, tuned):
            goal = goal_of(task, desk.label_task)
            for probe in desk.probes(goal):
                judge = {"rule": "lower"}
                if not desk.above_chance(base, goal, probe):
                    judge["refused"] = (
                        f"{base.name} itself is not clearly above chance, so nothing could be lost"
                    )
                yield desk.contrast("A", one, base, goal, probe, judge)


def _pairs(tuned: Sequence[Candidate]) -> Iterator[tuple[Candidate, Candidate]]:
    """Yield models of several tasks with each model of one of these tasks."""
    for several in tuned:
        if len(several.tasks) > 1:
            for single in tuned:
                if len(single.tasks) == 1 and single.tasks[0] in several.tasks:
                    yield several, single


def _as_good(desk: _Desk, single: Candidate, goal: str, probe: str) -> dict[str, str]:
    if desk.above_chance(single, goal, probe):
        return {"rule": "equivalent"}
    return {
        "rule": "equivalent",
        "refused": f"{single.name} is not clearly above chance, so being as good says nothing",
    }


def _claim_b(desk: _Desk, tuned: Sequence[Candidate]) -> Iterator[Contrast]:
    for several, single in _pairs(tuned):
        goal = goal_of(single.tasks[0], desk.label_task)
        for probe in desk.probes(goal):
            yield desk.contrast("B", several, single, goal, probe, _as_good(desk, single, goal, probe))


def _claim_c(desk: _Desk, tuned: Sequence[Candidate]) -> Iterator[Contrast]:
    for several, single in _pairs(tuned):
        own = goal_of(single.tasks[0], desk.label_task)
        others = [goal_of(task, desk.label_task) for task in several.tasks if task not in single.tasks]
        for probe in desk.probes(own):
            yield desk.contrast("C", several, single, own, probe, _as_good(desk, single, own, probe))
        for goal in others:
            for probe in desk.probes(goal):
                yield desk.contrast("C", several, single, goal, probe, {"rule": "higher"})


def _weighed(contrasts: Sequence[Contrast]) -> tuple[Contrast, ...]:
    """Let blind probes count where no probe sees: then the question is open."""

    def pair(one: Contrast) -> tuple[str, str, str, str]:
        return one.claim, one.model, one.against, one.target

    seen = {pair(one) for one in contrasts if one.counts}
    return tuple(one if one.counts or pair(one) in seen else replace(one, counts=True) for one in contrasts)


def _verdict(claim: str, contrasts: Sequence[Contrast]) -> Verdict:
    title = TITLES[claim]
    contrasts = [one for one in contrasts if one.counts]
    if not contrasts:
        needs = {
            "A": "a model of one task and data on the task of another model",
            "B": "a model of several tasks and models of each of them alone",
            "C": "a model of several tasks and models of each of them alone",
        }
        return Verdict(claim, title, OPEN, f"Nothing to test: this claim needs {needs[claim]}.")
    counts = {
        verdict: sum(one.verdict == verdict for one in contrasts) for verdict in (SUPPORTED, REFUTED, OPEN)
    }
    verdict = REFUTED if counts[REFUTED] else OPEN if counts[OPEN] else SUPPORTED
    if verdict == SUPPORTED:
        weakest = max(contrasts, key=lambda one: one.high if claim == "A" else -one.low)
        more = f"all {len(contrasts)} differences agree; the weakest: {weakest.sentence}"
    else:
        first = next(one for one in contrasts if one.verdict == verdict)
        more = (
            f"of {len(contrasts)} differences {counts[SUPPORTED]} support it, {counts[REFUTED]} speak against"
            f" it and {counts[OPEN]} leave it open; for example, {first.sentence}"
        )
    return Verdict(claim, title, verdict, more[0].upper() + more[1:])
