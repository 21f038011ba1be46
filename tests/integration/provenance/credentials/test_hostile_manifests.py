"""Every hostile file through the real sandbox: nothing raises, and each gives the finding that it should."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from provenance.credentials import codes
from provenance.credentials.history import MAX_CRJSON, MAX_MANIFESTS, MAX_THUMBNAILS, History
from provenance.sandbox import Examination, Sandbox
from tests.hostile_manifests import Hostile, authority, corpus
from tests.hostile_parts import HTML

Read = list[tuple[Hostile, Examination]]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Read]:
    """All files, read by one sandbox."""
    made = Sandbox()
    anchors, folder = authority().anchors, tmp_path_factory.mktemp("time")
    yield [(file, made.examine(file.data, anchors)) for file in corpus(folder)]
    made.close()


def state_of(found: Examination) -> str:
    if found.manifest_error is not None:
        return "unreadable"
    return found.history.state if found.history else "absent"


def test_there_are_many_and_no_name_occurs_twice(read: Read) -> None:
    names = [file.name for file, _ in read]
    assert len(names) > 60
    assert len(set(names)) == len(names)


def test_each_gives_the_finding_that_it_should(read: Read) -> None:
    wrong = []
    for file, found in read:
        problems = found.history.problems if found.history else ()
        fits = file.code in problems if file.code else not problems
        if state_of(found) != file.state or not fits:
            wrong.append(f"{file.name}: {state_of(found)} {problems}, expected {file.state} {file.code}")
    assert wrong == []


def test_a_hostile_manifest_hides_no_picture(read: Read) -> None:
    wrong = [file.name for file, found in read if (found.decoded is not None) != file.picture]
    assert wrong == []


def test_reading_and_history_say_the_same(read: Read) -> None:
    for file, found in read:
        assert (found.history is None) == (found.manifest_reading is None), file.name
        if found.history is None or found.manifest_reading is None:
            continue
        reading = found.manifest_reading
        assert (found.history.state, found.history.active) == (reading.state, reading.urn), file.name
        if reading.state != "Remote":
            said = {*reading.failures, *reading.ingredient_failures}
            assert said == set(found.history.problems), file.name


def test_whatever_a_stranger_wrote_stays_within_limits(read: Read) -> None:
    for file, found in read:
        if found.history is None:
            continue
        history = found.history
        assert History.from_json(history.to_json()) == history, file.name
        assert len(history.manifests) <= MAX_MANIFESTS
        assert len(str(history.to_json())) < 2_500_000, file.name
        assert len(str(found.crjson)) < 2 * MAX_CRJSON
        shown = [each.thumbnail for each in history.manifests if each.thumbnail]
        shown += [i.thumbnail for each in history.manifests for i in each.ingredients if i.thumbnail]
        assert len(shown) <= MAX_THUMBNAILS, file.name
        assert all(codes.known(code) for code in history.problems), file.name


def test_markup_in_a_manifest_reaches_no_sentence_and_no_name(read: Read) -> None:
    history = next(found.history for file, found in read if file.name == "HTML in every text")
    assert history is not None
    manifest = history.manifests[0]
    assert manifest.title == HTML, "a signer's words stay what they are: the page escapes them"
    assert not any("<" in action.sentence + action.name for action in manifest.actions)
    assert "<" not in "".join(manifest.soft_bindings)


@pytest.mark.parametrize(
    ("name", "time_stamp"),
    [
        ("stamp of garbage", "broken"),
        ("stamp of noise", "broken"),
        ("stamp of something else", "broken"),
        ("stamp with a bit flipped", "broken"),
        ("stamp by an unknown authority", "untrusted"),
    ],
)
def test_a_bad_stamp_gives_no_time_and_an_unknown_one_says_so(name: str, time_stamp: str, read: Read) -> None:
    history = next(found.history for file, found in read if file.name == name)
    assert history is not None
    assert history.manifests[0].time_stamp == time_stamp
    assert bool(history.manifests[0].signed_at) is (time_stamp == "untrusted")


@pytest.mark.parametrize(
    ("name", "trust"),
    [
        ("HTML in every text", "trusted"),
        ("certificate of a stranger", "unknown"),
        ("certificate signed by itself", "unknown"),
        ("certificate that has expired", "expired"),
        ("certificate for servers", "broken"),
        ("signature by another key", "broken"),
        ("assertion edited", "broken"),
        # The statement is whole, and about other bytes.
        ("PNG with the store of another picture", "trusted"),
    ],
)
def test_trust_is_about_the_statement_and_not_about_the_bytes(name: str, trust: str, read: Read) -> None:
    history = next(found.history for file, found in read if file.name == name)
    assert history is not None
    assert history.manifests[0].trust == trust


@pytest.mark.parametrize(
    ("name", "trust", "failure"),
    [
        ("names one that was changed since", "broken", "ingredient.manifest.mismatch"),
        ("names one that was broken when it came", "broken", "claimSignature.mismatch"),
        ("was told that one was broken", "trusted", "assertion.dataHash.mismatch"),
        ("hides a failure among successes", "trusted", "assertion.dataHash.mismatch"),
        ("took in a stranger's", "unknown", "signingCredential.untrusted"),
    ],
)
def test_what_is_wrong_with_an_ingredient_is_told_at_the_ingredient(
    name: str, trust: str, failure: str, read: Read
) -> None:
    history = next(found.history for file, found in read if file.name == name)
    assert history is not None
    (ingredient,) = history.manifests[0].ingredients
    assert failure in ingredient.failures
    taken_in = history.manifest(ingredient.urn)
    assert taken_in is not None
    assert taken_in.trust == trust


def test_only_a_binding_with_more_holes_than_the_record_is_partial(read: Read) -> None:
    partial = [
        file.name
        for file, found in read
        if found.history and any(m.is_partial for m in found.history.manifests)
    ]
    assert partial == ["picture that the binding leaves out"]


def test_the_files_are_the_same_every_time(tmp_path: Path) -> None:
    def some(folder: str) -> list[bytes]:
        files = corpus(tmp_path / folder)
        return [file.data for file, _ in zip(files, range(250), strict=False)]

    assert some("a") == some("b")
