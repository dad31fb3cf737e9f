"""Jobs through the real client and worker: answers, errors, time limit, queue, cancelling, memory."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from worker_rig import Bridge, wait_until

from w2vpraat.bridge.job import decoded
from w2vpraat.bridge.objects import PraatTable
from w2vpraat.bridge.praat_files import collection_text
from w2vpraat.bridge.service.client import ask, asked


@pytest.fixture
def bridge(testing_bridge: Bridge) -> Iterator[Bridge]:
    """The worker of this module, idle and with no job folders before and after each test."""
    yield testing_bridge
    wait_until(lambda: report(testing_bridge)["running"] == "")
    assert report(testing_bridge)["waiting"] == "0"
    for folder in testing_bridge.jobs.iterdir():
        if folder.is_dir():
            testing_bridge.ask(folder.name, "clean")
    assert not [one for one in testing_bridge.jobs.iterdir() if one.is_dir()]


def report(bridge: Bridge) -> dict[str, str]:
    """What the worker says about itself."""
    lines, last = asked(bridge.state(), "status")
    assert last == ("ok", "")
    return dict(text.split("=", 1) for word, text in lines if word == "note")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
def test_an_answer_with_ipa_objects_notes_and_picture(bridge: Bridge, encoding: str) -> None:
    folder = bridge.job("answered01", "say", encoding, say="ʃɔː “t͡s”", sounds=2, sound_name_2="zwei")
    done = bridge.ask("answered01")
    assert (done.returncode, done.stderr) == (0, "")
    assert bridge.status("answered01") == {
        "status": ["OK"],
        "message": ["ʃɔː “t͡s”", "second line"],
        "note": ["a note", 'left out: Sound "zwei": is empty (fill it)'],
        "objects": ["1"],
        "picture": ["6x4.5"],
    }
    expected = collection_text([PraatTable("said", ("text",), (("ʃɔː “t͡s”",),))])
    assert decoded((folder / "result.Collection").read_bytes()) == expected.lstrip("\ufeff")
    assert (folder / "picture.png").read_bytes() == b"\x89PNG"
    assert oct((folder / "status.txt").stat().st_mode & 0o777) == "0o600"


def test_an_error_of_the_library_is_told_in_full(bridge: Bridge) -> None:
    bridge.job("failing001", "fail")
    done = bridge.ask("failing001")
    assert done.returncode == 1
    text = 'tier "wörd", interval 3: no tier “wörd” here – only łódź (choose “phones”)'
    assert bridge.status("failing001") == {"status": ["ERROR"], "message": [text]}
    assert done.stderr == f"w2vpraat: {text}\n"


def test_an_error_names_the_object_and_not_the_job_folder(bridge: Bridge) -> None:
    bridge.job("objects001", "fail_at_object", sounds=1, sound_name_1="Łódź")
    bridge.ask("objects001")
    assert bridge.status("objects001")["message"] == ['Sound "Łódź": is all silence (record it again)']


def test_an_error_that_nobody_meant_names_its_type_and_the_log(bridge: Bridge) -> None:
    folder = bridge.job("crashing01", "crash")
    bridge.ask("crashing01")
    (message,) = bridge.status("crashing01")["message"]
    log = bridge.state_path.with_name("worker.log")
    assert message == (
        f"something went wrong in w2vpraat (KeyError: 'lost in thing'); the log has more: {log}"
    )
    assert "Traceback" not in message
    assert "Traceback" in bridge.log()
    assert folder.is_dir()


def test_a_request_without_job_or_protocol_says_so(bridge: Bridge) -> None:
    (bridge.jobs / "without001").mkdir()
    bridge.ask("without001")
    (message,) = bridge.status("without001")["message"]
    assert message == "the request: can't read the request: No such file or directory (run the command again)"
    bridge.job("oldproto01", "say", protocol=7)
    bridge.ask("oldproto01")
    assert "the request speaks protocol 7" in bridge.status("oldproto01")["message"][0]


def test_the_time_limit_ends_a_long_job(bridge: Bridge) -> None:
    bridge.job("tooslow001", "slow", seconds=20, time_limit=1)
    start = time.monotonic()
    done = bridge.ask("tooslow001")
    assert 1.0 <= time.monotonic() - start < 4.0
    assert done.returncode == 1
    assert bridge.status("tooslow001")["status"] == ["ERROR"]
    assert bridge.status("tooslow001")["message"][0].startswith("no answer within 1 s: take less sound")
    wait_until(lambda: report(bridge)["running"] == "", 2.0)
    assert not (bridge.jobs / "tooslow001.ended").exists()
    assert bridge.status("tooslow001")["status"] == ["ERROR"]


def test_a_time_limit_that_is_none_is_refused(bridge: Bridge) -> None:
    bridge.job("badlimit01", "say", time_limit="soon")
    assert bridge.ask("badlimit01").returncode == 1
    assert bridge.status("badlimit01")["message"] == ["time limit soon: give seconds above 0, at most a day"]


def test_the_time_limit_of_a_job_that_waits_says_how_many_are_before_it(bridge: Bridge) -> None:
    bridge.job("first00001", "slow", seconds=30)
    bridge.job("second0001", "say", time_limit=0.5)
    with closing(ask(bridge.state(), "job", "first00001")) as first:
        next(first), next(first)
        bridge.ask("second0001")
    (message,) = bridge.status("second0001")["message"]
    assert message.startswith("no answer within 0.5 s (1 more before it): ")


def test_two_hundred_kilobytes_on_every_stream_stop_nothing(bridge: Bridge) -> None:
    bridge.job("chatting01", "chat")
    done = bridge.ask("chatting01", seconds=20)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert bridge.status("chatting01")["message"] == ["said much"]
    assert bridge.log().count("y" * 200000) == 1


@pytest.mark.parametrize(
    "name",
    ["a/b/c/d/e/f", "../../etcetc", "abc.defgh", "abc defgh", "abc;defgh", "short", "ünïcödë00", "x" * 65],
)
def test_a_name_that_might_be_a_path_is_refused_by_client_and_worker(bridge: Bridge, name: str) -> None:
    before = sorted(bridge.folder.rglob("*"))
    for words in ([name], [name, "clean"], [name, "stop"]):
        done = bridge.ask(*words)
        assert done.returncode == 2
        assert "refused" in done.stderr
    for verb in ("job", "clean"):
        assert asked(bridge.state(), verb, name)[1] == (
            "error",
            "a job's name has 8 to 64 letters and digits (the request is refused)",
        )
    assert sorted(bridge.folder.rglob("*")) == before


def test_a_job_that_is_not_there_is_refused(bridge: Bridge) -> None:
    done = bridge.ask("nothere001")
    assert done.returncode == 2
    assert not (bridge.jobs / "nothere001").exists()
    assert "there is no job nothere001" in asked(bridge.state(), "job", "nothere001")[1][1]


def test_jobs_run_one_after_another_in_their_order(bridge: Bridge) -> None:
    names = [f"ordered{number:03}" for number in range(4)]
    state = bridge.state()
    lines = []
    for name in names:
        bridge.job(name, "slow", seconds=0.3)
        line = ask(state, "job", name)
        assert next(line)[0] == "hello"
        # The first line tells the place in the queue: it is taken.
        lines.append((next(line), line))
    assert [first for first, _ in lines[2:]] == [("waiting", "2"), ("waiting", "3")]
    ended = []
    for (_, line), name in zip(lines, names, strict=True):
        *_, last = line
        assert last == ("ok", f"slept {name}")
        ended.append((bridge.jobs / f"{name}.ended").stat().st_mtime_ns)
        (bridge.jobs / f"{name}.ended").unlink()
    assert ended == sorted(ended)


def test_a_job_that_waits_longer_hears_how_the_queue_moves(bridge: Bridge) -> None:
    bridge.job("moving0001", "slow", seconds=0.5)
    bridge.job("moving0002", "slow", seconds=0.5)
    with closing(ask(bridge.state(), "job", "moving0001")) as first:
        next(first), next(first)
        heard = list(ask(bridge.state(), "job", "moving0002"))
    assert heard[1] == ("waiting", "1")
    assert heard[-1] == ("ok", "slept moving0002")
    assert any(word == "progress" and text.startswith("sleeping ") for word, text in heard)
    (bridge.jobs / "moving0002.ended").unlink()


def test_more_than_sixteen_waiting_jobs_are_refused(bridge: Bridge) -> None:
    state = bridge.state()
    open_lines = []
    for number in range(17):
        bridge.job(f"crowded{number:03}", "slow", seconds=30)
        line = ask(state, "job", f"crowded{number:03}")
        open_lines.append((next(line), next(line), line))
        wait_until(lambda: report(bridge)["running"] != "")
    bridge.job("toomany001", "say")
    done = bridge.ask("toomany001")
    text = "16 jobs wait already: try again later, or stop the background worker"
    assert (done.returncode, bridge.status("toomany001")["message"]) == (1, [text])
    for *_, line in open_lines:
        line.close()
    wait_until(lambda: (report(bridge)["running"], report(bridge)["waiting"]) == ("", "0"))


def test_the_same_job_twice_at_once_is_refused(bridge: Bridge) -> None:
    bridge.job("twice00001", "slow", seconds=30)
    with closing(ask(bridge.state(), "job", "twice00001")) as line:
        next(line), next(line)
        assert asked(bridge.state(), "job", "twice00001")[1] == (
            "error",
            "job twice00001 is already under way",
        )


def test_a_client_that_goes_away_cancels_its_job(bridge: Bridge) -> None:
    bridge.job("leaving001", "slow", seconds=30)
    client = bridge.client("leaving001")
    wait_until(lambda: report(bridge)["running"] == "leaving001")
    client.kill()
    client.communicate()
    wait_until(lambda: report(bridge)["running"] == "", 5.0)
    assert not (bridge.jobs / "leaving001" / "status.txt").exists()


def test_cancel_and_clean_end_a_job_from_outside(bridge: Bridge) -> None:
    state = bridge.state()
    for verb, name in (("cancel", "cancelled1"), ("clean", "cleaned001")):
        folder = bridge.job(name, "slow", seconds=30)
        with closing(ask(state, "job", name)) as line:
            next(line), next(line)
            assert asked(state, verb, name)[1][0] == "ok"
            *_, last = line
        assert last == ("error", "cancelled")
        assert folder.exists() == (verb == "cancel")
        wait_until(lambda: report(bridge)["running"] == "", 5.0)
    assert asked(state, "cancel", "cancelled1")[1] == ("ok", "there is no job cancelled1 under way")


def test_clean_removes_everything_in_the_folder_and_nothing_else(bridge: Bridge, tmp_path: Path) -> None:
    folder = bridge.job("cleaning01", "say")
    (folder / "more").mkdir()
    (folder / "more" / "file").touch()
    (tmp_path / "kept").touch()
    os.symlink(tmp_path, folder / "link")
    os.symlink(tmp_path, bridge.jobs / "linkedjob1")
    assert bridge.ask("cleaning01", "clean").returncode == 0
    assert bridge.ask("linkedjob1", "clean").returncode == 0
    assert not folder.exists()
    assert not (bridge.jobs / "linkedjob1").is_symlink()
    assert (tmp_path / "kept").exists()
    assert bridge.ask("cleaning01", "clean").returncode == 0


def test_a_job_behind_a_link_is_not_done(bridge: Bridge, tmp_path: Path) -> None:
    os.symlink(tmp_path, bridge.jobs / "linkedjob2")
    assert "there is no job" in asked(bridge.state(), "job", "linkedjob2")[1][1]
    assert not list(tmp_path.iterdir())
    (bridge.jobs / "linkedjob2").unlink()


def test_status_counts_and_names_what_runs(bridge: Bridge) -> None:
    before = int(report(bridge)["done"])
    bridge.job("counted001", "say")
    bridge.ask("counted001")
    told = report(bridge)
    assert int(told["done"]) == before + 1
    assert told["pid"] == bridge.state()["pid"]
    assert (told["waiting"], told["running"], told["models"]) == ("0", "", "")
    assert 5 < int(told["memory"]) < 2000
    assert asked(bridge.state(), "dance")[1][1].startswith('there is no verb "dance"; verbs: ping, ')


def test_memory_stays_flat(bridge: Bridge) -> None:
    def eat(count: int) -> None:
        for number in range(count):
            name = f"eating{number:04}"
            bridge.job(name, "hog")
            assert asked(bridge.state(), "job", name)[1] == ("ok", "60001")
            assert asked(bridge.state(), "clean", name)[1][0] == "ok"

    def used() -> int:
        return int(report(bridge)["memory"])

    eat(1)
    wait_until(lambda: used() < 90, 5.0)
    before = used()
    eat(12)
    # One job takes 60 MB, which are given back just after its answer has gone out.
    wait_until(lambda: used() < before + 25, 5.0)
