"""Models and their frames: the only door to torch, transformers and safetensors.

Nothing here imports them before a model is loaded.
"""

from w2vpraat.models.catalogue import ModelRecord, add_model, find_model, remove_model
from w2vpraat.models.embed import embed_recordings
from w2vpraat.models.encoder import Encoder, FrameStack, load_encoder
from w2vpraat.models.frames import FrameClock, FrameSelection
from w2vpraat.models.jobs import Embedded, EmbedJob, Failure, FrameKey, FrameStore, TokenSpan
from w2vpraat.models.pooling import pool

__all__ = [
    "EmbedJob",
    "Embedded",
    "Encoder",
    "Failure",
    "FrameClock",
    "FrameKey",
    "FrameSelection",
    "FrameStack",
    "FrameStore",
    "ModelRecord",
    "TokenSpan",
    "add_model",
    "embed_recordings",
    "find_model",
    "load_encoder",
    "pool",
    "remove_model",
]
