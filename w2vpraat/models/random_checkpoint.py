"""A model of the same shape with random weights: the control of every statement about training."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from w2vpraat.errors import ModelError


def write_random_checkpoint(source: Path, target: Path, seed: int = 0) -> Path:
    """Write a checkpoint of the same architecture, drawn as transformers draws new models.

    Much of what a probe finds comes from the architecture alone (Martin et al. 2023, arXiv:2306.06232).

    Parameters
    ----------
    source : Path
        Folder of the model.
    target : Path
        Folder of the random one; made, or left as it is if it is there.
    seed : int
        Of the draw.

    Returns
    -------
    Path
        `target`.

    Raises
    ------
    ModelError
        If the configuration can't be read, or the folder can't be written.
    """
    if (target / "config.json").is_file():
        return target
    import torch
    import transformers

    from w2vpraat.models.network import quiet_transformers

    part = target.with_name(f"{target.name}.part")
    try:
        with quiet_transformers(), torch.random.fork_rng():
            torch.manual_seed(seed)
            config: Any = transformers.AutoConfig.from_pretrained(source, local_files_only=True)
            auto: Any = transformers.AutoModel
            model = auto.from_config(config)
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir(parents=True)
            model.save_pretrained(part, safe_serialization=True)
        for name in ("preprocessor_config.json", "processor_config.json"):
            if (source / name).is_file():
                shutil.copyfile(source / name, part / name)
        part.replace(target)
    except (OSError, ValueError) as error:
        raise ModelError(f"no random model of this shape can be made: {error}", file=source) from error
    return target
