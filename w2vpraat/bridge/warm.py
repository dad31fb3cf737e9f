"""What stays in memory from one job to the next: the models."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from w2vpraat.session.settings import Settings

if TYPE_CHECKING:
    from w2vpraat.corpus.discover import Corpus
    from w2vpraat.models.encoder import Encoder

MODELS = 2
"""Models kept at once; the one not used for longest goes."""


class Warm:
    """Models that are loaded, and runs that use them. For one thread."""

    def __init__(self, models: int = MODELS) -> None:
        self._models = models
        self._encoders: OrderedDict[Any, Encoder] = OrderedDict()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the models in memory."""
        return tuple(dict.fromkeys(one.record.name for one in self._encoders.values() if one.loaded))

    def encoder(self, settings: Settings) -> Encoder:
        """Return the model of these settings, loaded before if it was used lately and its files are the same.

        Raises
        ------
        ModelError
            If it can't be used.
        """
        from w2vpraat.models.catalogue import find_model
        from w2vpraat.pipeline.embedding import check_embedding

        embed = settings.embed
        loading = (
            embed.device,
            embed.precision,
            embed.max_seconds,
            embed.overlap_seconds,
            embed.allow_pickle,
        )
        key = (find_model(embed.model), *loading)
        found = self._encoders.get(key)
        if found is None or found.is_outdated:
            found = check_embedding(settings, one_vector=False)
            self._encoders[key] = found
        self._encoders.move_to_end(key)
        while len(self._encoders) > self._models:
            self._encoders.popitem(last=False)
        return found

    def running(self, settings: Settings, *, corpus: Corpus, steps: Sequence[str]) -> Iterator[Any]:
        """Run steps in this process with a model that may be loaded already; see `pipeline.running`."""
        from w2vpraat.pipeline.running import running

        encoder = self.encoder(settings) if "embed" in steps else None
        return running(settings, corpus=corpus, steps=steps, workers=0, encoder=encoder)
