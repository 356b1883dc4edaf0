"""Two versions beside each other: measured in turn, as ratios, each from a folder of its own."""

import subprocess

import pytest

from benchmarks import versions


def git(folder, *arguments) -> None:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """Two commits of one file."""
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    for text in ("before", "now"):
        (tmp_path / "file").write_text(text)
        git(tmp_path, "add", "file")
        git(tmp_path, "commit", "--message", f"As it is {text}")
    monkeypatch.setattr(versions, "ROOT", tmp_path)
    return tmp_path


def test_each_version_stands_in_a_folder_that_is_gone_afterwards(repository) -> None:
    with versions.checked_out(["HEAD~1", "HEAD"]) as (before, now):
        assert [(v.tree / "file").read_text() for v in (before, now)] == ["before", "now"]
        assert before.name.split()[0] == versions.git("rev-parse", "--short", "HEAD~1")
    assert not before.tree.exists()
    assert versions.git("worktree", "list").count("\n") == 0


def test_a_revision_that_there_is_not_leaves_nothing_behind(repository) -> None:
    with pytest.raises(subprocess.CalledProcessError), versions.checked_out(["HEAD", "nowhere"]):
        pass
    assert versions.git("worktree", "list").count("\n") == 0


def test_they_are_measured_in_turn() -> None:
    looked = []
    made = versions.interleaved(
        ["a", "b"], 3, lambda version: looked.append(version) or {"n": len(looked)}
    )
    assert looked == ["a", "b"] * 3
    assert made == [({"n": 1}, {"n": 2}), ({"n": 3}, {"n": 4}), ({"n": 5}, {"n": 6})]


def test_a_line_has_the_medians_and_the_ratio_pair_by_pair() -> None:
    pairs = [
        ({"ms": 10.0}, {"ms": 11.0}),
        ({"ms": 20.0}, {"ms": 18.0}),
        ({"ms": 30.0}, {"ms": 30.0}),
    ]
    assert versions.rows("5 viewers", pairs) == [
        ["5 viewers", "ms", "20", "18", "1.00", "0.90", "1.10"]
    ]


def test_nothing_and_none_have_no_ratio() -> None:
    assert versions.compared([(0, 0), (0, 3)]) == ["0", "1.5", "–", "–", "–"]
    assert versions.compared([(None, 2.0)]) == ["–"] * 5


def test_the_section_says_which_versions_and_how_often() -> None:
    pair = [versions.Version(name, None) for name in ("abc of 2026-11-01", "def of 2026-11-02")]
    text = versions.text_of("a machine", pair, [["5", "ms", "1", "2", "2.00", "2.00", "2.00"]], 3)
    assert "A is abc of 2026-11-01; B is def of 2026-11-02" in text
    assert "3 times each" in text
