"""Only the tokens of some speakers."""

from __future__ import annotations

from w2vpraat.corpus.discover import discover
from w2vpraat.corpus.tokens import REASONS, select_tokens
from w2vpraat.params import TokenParams
from w2vpraat.resources import sample_corpus


def test_only_some_speakers() -> None:
    corpus = discover([sample_corpus() / f"{name}.flac" for name in ("gb_f_alice", "us_m_liam")])
    everybody = select_tokens(corpus, TokenParams(tier="phones"))
    one = select_tokens(corpus, TokenParams(tier="phones", only_speakers=("us_m_liam",)))
    assert {token.speaker for token in everybody.kept} == {"gb_f_alice", "us_m_liam"}
    assert one.kept == tuple(token for token in everybody.kept if token.speaker == "us_m_liam")
    others = [left for left in one.rejected if left.reason == "speaker"]
    assert len(others) == len(everybody.kept) - len(one.kept)
    assert "speaker" in REASONS
    assert 'spoken by "gb_f_alice"' in others[0].detail
    assert not select_tokens(corpus, TokenParams(tier="phones", only_speakers=("nobody",))).kept
