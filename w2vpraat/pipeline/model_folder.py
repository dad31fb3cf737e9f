"""What lies beside the weights of a fine-tuned model: card, catalogue entry, curves, figures, provenance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from w2vpraat.corpus.speaker_rules import sex_of
from w2vpraat.export.model_card import Card, card_text
from w2vpraat.pipeline.finetuning import FinetuneResults, remove_traces
from w2vpraat.writing import json_bytes, write_whole

if TYPE_CHECKING:
    import pandas as pd

    from w2vpraat.models.catalogue import ModelRecord
    from w2vpraat.session.provenance import Provenance


def write_model_folder(
    results: FinetuneResults, name: str, *, command_line: Sequence[str] = ()
) -> tuple[Path, ...]:
    """Write everything but the weights, which are there already; then remove the checkpoints.

    Parameters
    ----------
    results : FinetuneResults
        From `finetuning`.
    name : str
        Of the model.
    command_line : sequence of str
        For the provenance.

    Returns
    -------
    tuple of Path
        All files of the folder that belong to the model, provenance last.

    Raises
    ------
    ExportError
        If a file can't be written.
    """
    from w2vpraat.session.provenance import write_provenance

    folder = results.finetuned.folder
    models_own = ("*.safetensors", "config.json", "pre*_config.json", "processor_config.json")
    written = sorted(path for pattern in models_own for path in folder.glob(pattern))
    written.append(write_whole(json_bytes(_entry(results, name)), folder / "w2vpraat.json"))
    written += _tables(results, folder)
    written += _pictures(results, folder)
    written.append(write_provenance(_provenance(results, written, command_line), folder))
    card = write_whole(card_text(_card(results, name)).encode("utf-8"), folder / "README.md")
    remove_traces(folder)
    return (*written[:-1], card, written[-1])


def register(folder: Path, name: str) -> ModelRecord:
    """List the model, so that it can be chosen by name; one that is listed already is left as it is."""
    from w2vpraat.models.catalogue import add_model, catalogue

    for record in catalogue():
        if record.name == name and record.kind == "local" and Path(record.source) == folder.absolute():
            return record
    return add_model(str(folder), name)


def _entry(results: FinetuneResults, name: str) -> dict[str, Any]:
    base = results.base
    tasks = [
        {"name": one.name, "source": one.source, "classes": list(one.classes), "weight": one.weight}
        for one in results.material.questions
    ]
    names = "+".join(one.name for one in results.material.questions)
    n_speakers = len(results.material.splits.train)
    seconds = sum(example.duration for example in results.material.train)
    heard = f"{Path(results.opened.settings.corpus).name}: {n_speakers} speakers, {seconds / 60:.1f} minutes"
    before = f"; base: {base.training_data}" if base.training_data else ""
    return {
        "id": name,
        "title": f"{base.name}, fine-tuned frame by frame for {names.replace('+', ' and ')}",
        "task": names,
        "tasks": tasks,
        "base": base.name,
        "base_sha256": results.base_hash,
        "recommended_layer": base.layers,
        "licence": base.licence,
        "citation": base.citation,
        "languages": list(base.languages),
        "training_data": f"fine-tuned on {heard}{before}",
    }


def _tables(results: FinetuneResults, folder: Path) -> Iterator[Path]:
    import pandas as pd

    from w2vpraat.export.tables import write_table

    found = results.finetuned
    curve = pd.DataFrame([asdict(point) for point in found.curve])
    yield write_table(curve, folder / "training.csv", keep_order=True)
    yield write_table(results.material.balance, folder / "classes.csv", keep_order=True)
    yield write_table(figures_table(results), folder / "figures.csv", keep_order=True)
    for one in found.figures:
        matrix = pd.DataFrame(one.confusion, columns=list(one.classes))
        matrix.insert(0, "class", list(one.classes))
        yield write_table(matrix, folder / f"confusion_{one.task}.csv", keep_order=True)


def figures_table(results: FinetuneResults) -> pd.DataFrame:
    """Return one row per task and class (empty class: all), with figures on the reported speakers."""
    import pandas as pd

    found = results.finetuned
    sexes = {token.speaker: sex_of(token.metadata) for token in results.opened.tokens.kept}
    rows = []
    for one in found.figures:
        low, high = one.interval()
        by_sex = [
            one.accuracy_of([name for name in one.by_speaker if sexes.get(name) == sex]) for sex in ("F", "M")
        ]
        rows.append(
            (
                one.task,
                "",
                one.accuracy,
                low,
                high,
                one.balanced_accuracy,
                one.macro_f1,
                one.majority,
                *by_sex,
                one.n_frames,
                len(one.by_speaker),
                found.split,
            )
        )
        for place, label in enumerate(one.classes):
            n = int(one.confusion[place].sum())
            recall, f1 = float(one.recall[place]), float(one.f1[place])
            nothing = (None, None)
            rows.append((one.task, label, recall, *nothing, None, f1, None, *nothing, n, None, found.split))
    columns = [
        "task",
        "class",
        "accuracy",
        "low",
        "high",
        "balanced_accuracy",
        "f1",
        "majority",
        "accuracy_F",
        "accuracy_M",
        "n_frames",
        "n_speakers",
        "speakers",
    ]
    return pd.DataFrame(rows, columns=columns)


def _pictures(results: FinetuneResults, folder: Path) -> Iterator[Path]:
    import pandas as pd

    from w2vpraat.export.figures import save_figure
    from w2vpraat.export.training_figures import confusion_figure, training_curves

    found = results.finetuned
    history = pd.DataFrame([asdict(point) for point in found.curve])
    if len(history):
        yield save_figure(training_curves(history), folder / "training.svg")
    for one in found.figures:
        picture = confusion_figure(
            one.confusion, one.classes, f"{one.task}: frames of {found.split} speakers"
        )
        yield save_figure(picture, folder / f"confusion_{one.task}.svg")


def _card(results: FinetuneResults, name: str) -> Card:
    found, material = results.finetuned, results.material
    entry = _entry(results, name)
    return Card(
        name=name,
        title=entry["title"],
        base=results.base.name,
        base_hash=results.base_hash,
        licence=results.base.licence,
        languages=results.base.languages,
        questions=tuple((one.name, one.source, one.classes, one.weight) for one in material.questions),
        figures=found.figures,
        split=found.split,
        splits={use: len(getattr(material.splits, use)) for use in ("train", "held_out", "test")},
        seconds={
            use: sum(example.duration for example in getattr(material, use))
            for use in ("train", "held_out", "test")
        },
        steps=found.steps,
        best_step=found.best_step,
        settings=results.opened.settings.finetune.as_dict(),
        facts=dict(found.facts),
        notes=results.notes,
        layers=results.base.layers,
        corpus=Path(results.opened.settings.corpus).name,
    )


def _provenance(results: FinetuneResults, written: Sequence[Path], command_line: Sequence[str]) -> Provenance:
    from w2vpraat.session.provenance import build_provenance

    opened, found, material = results.opened, results.finetuned, results.material
    names = {example.name for example in material.everything}
    recordings = [one for one in opened.corpus.recordings if one.name in names]
    inputs: dict[str, list[str | Path]] = {
        "audio": [one.audio_path for one in recordings],
        "textgrids": [one.grid_path for one in recordings],
        "speakers": [opened.settings.speakers] if opened.settings.speakers else [],
    }
    training = {
        "base": {"name": results.base.name, "source": results.base.source, "sha256": results.base_hash},
        "tasks": [asdict(one) for one in material.questions],
        "splits": material.splits.as_dict(),
        "recordings": {
            use: [one.name for one in getattr(material, use)] for use in ("train", "held_out", "test")
        },
        "steps": found.steps,
        "best_step": found.best_step,
        "stopped_early": found.stopped_early,
        **dict(found.facts),
    }
    return build_provenance(
        settings=opened.settings.as_dict(),
        command=command_line,
        inputs=inputs,
        input_root=opened.corpus.root,
        outputs=written,
        output_root=found.folder,
        training=training,
        notes=results.notes,
        skipped=[one.as_dict() for one in results.skipped],
        started=results.started,
    )
