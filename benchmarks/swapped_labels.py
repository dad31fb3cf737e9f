"""How well a review finds wrong labels: some labels of a real table are swapped by lot, and must come first.

python benchmarks/swapped_labels.py ../shared/data/formants/pb52_phonTools.csv
python benchmarks/swapped_labels.py RESULTS --second "phone layer 6"
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from w2vpraat.cli.represented_table import open_represented_table
from w2vpraat.compare.tokens.disagreement import review_tokens
from w2vpraat.compare.tokens.objections import NOT_COMPARED
from w2vpraat.params import NormalizeParams, ReviewParams
from w2vpraat.pipeline.reviewing import choose_two

SEEDS = 5


def main() -> None:
    """Swap, review, and print the mean over several draws."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("table", type=Path)
    parser.add_argument("--first", default="")
    parser.add_argument("--second", default="")
    parser.add_argument("--share", type=float, default=0.05, help="of the labels that are swapped")
    given = parser.parse_args()
    usual = {"f0_column": "f0", "vectors": None, "label": "", "speaker": "", "token": "", "preset": "auto"}
    opened = open_represented_table(str(given.table), NormalizeParams(), **usual)
    chosen, _ = choose_two(opened.representations, ReviewParams(first=given.first, second=given.second))
    label, speaker = opened.columns.label, opened.columns.speaker
    tokens = opened.tokens.reset_index(drop=True)
    names = np.asarray(sorted(tokens[label].unique()))
    found = []
    for seed in range(SEEDS):
        random = np.random.default_rng(seed)
        drawn = random.choice(len(tokens), round(given.share * len(tokens)), replace=False)
        labels = tokens[label].to_numpy(dtype=object).copy()
        for row in drawn:
            labels[row] = random.choice(names[names != labels[row]])
        rows = review_tokens(chosen, tokens.assign(**{label: labels}), label=label, speaker=speaker).table
        rows = rows[rows["kind"] != NOT_COMPARED]
        wrong = rows["id"].isin(tokens["id"].iloc[drawn]).to_numpy()
        found.append((roc_auc_score(wrong, rows["suspicion"]), wrong[: wrong.sum()].mean()))
    auc, precision = np.mean(found, axis=0)
    print(
        f"{' and '.join(item.name for item in chosen)}, {len(tokens)} tokens, {100 * given.share:g} % swapped"
    )
    print(
        f"  AUC {auc:.3f}; of as many tokens at the top as were swapped, {100 * precision:.0f} % were swapped"
    )


if __name__ == "__main__":
    main()
