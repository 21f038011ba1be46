"""Histories in plain words: nothing that does not hold is lost, and no record can make the page endless."""

from dataclasses import replace

from provenance.credentials.history import History, Ingredient, SignedManifest
from provenance.credentials.standing import Whose
from provenance.credentials.telling import Part, Told, steps_in_words, tell
from tests.unit.provenance.credentials.histories import URN, action, history, manifest


def told(said: History, whose: Whose = Whose.OTHER, withdrawn: frozenset[str] = frozenset()) -> Told:
    found = tell(said, whose, withdrawn)
    assert found is not None
    return found


def parent(number: int, *failures: str) -> Ingredient:
    return Ingredient(f"{number}.jpg", "parentOf", URN.format(number), "/9j/", failures)


def chain(length: int) -> tuple[SignedManifest, ...]:
    """Each was made from the next."""
    links = [manifest(n, ingredients=(parent(n + 1),)) for n in range(length)]
    return (*links, manifest(length))


def depth(parts: tuple[Part, ...]) -> int:
    return max((1 + depth(part.record.ingredients if part.record else ()) for part in parts), default=0)


def count(parts: tuple[Part, ...]) -> int:
    return sum(1 + count(part.record.ingredients if part.record else ()) for part in parts)


def test_a_history_hangs_below_the_files_own_record() -> None:
    said = told(
        history(manifest(0, ingredients=(parent(1), Ingredient("logo.png", "componentOf"))), manifest(1))
    )
    made_from, placed = said.record.ingredients
    assert (made_from.title, made_from.relationship) == ("1.jpg", "The picture it was made from")
    assert made_from.record is not None
    assert made_from.record.signer == "Signer 1"
    assert (placed.record, placed.note) == (None, "It brought no credentials of its own.")
    assert not said.ingredient_problems


def test_nothing_to_tell_is_none() -> None:
    assert tell(History("Remote"), Whose.OTHER) is None
    assert tell(History("Valid", "urn:c2pa:gone"), Whose.OTHER) is None


def test_a_tampered_parent_is_said_at_the_top_and_where_it_stands() -> None:
    code = "assertion.dataHash.mismatch"
    said = told(history(manifest(0, ingredients=(parent(1, code),)), manifest(1), problems=(code,)))
    assert said.ingredient_problems
    assert said.record.problems == said.problems == (), "said once, where it belongs"
    assert [problem.code for problem in said.record.ingredients[0].problems] == [code]


def test_so_is_a_broken_record_deep_in_the_tree() -> None:
    first, second, third = chain(2)
    assert told(history(first, second, replace(third, trust="broken"))).ingredient_problems


def test_a_problem_that_no_part_has_is_told_of_the_whole() -> None:
    problems = ("signingCredential.untrusted", "ingredient.manifest.missing")
    assert [problem.code for problem in told(history(manifest(), problems=problems)).problems] == [
        "ingredient.manifest.missing"
    ]


def test_a_copys_bytes_are_no_problem_of_a_recovered_record() -> None:
    code = "assertion.dataHash.mismatch"
    said = history(manifest(failures=(code,)), problems=(code,))
    assert [problem.code for problem in told(said).record.problems] == [code]
    recovered = told(said, Whose.RECOVERED)
    assert recovered.record.problems == recovered.problems == ()


def test_every_problem_has_a_sentence_of_ours() -> None:
    said = told(history(manifest(failures=("claim.malformed", "<b>.no.such.code"))))
    assert all(problem.sentence.endswith(".") for problem in said.record.problems)
    assert not any("<b>" in problem.sentence for problem in said.record.problems)


def test_records_that_name_each_other_are_told_once() -> None:
    first = manifest(0, ingredients=(parent(1), parent(0)))
    said = told(history(first, manifest(1, ingredients=(parent(0), parent(1)))))
    assert count(said.record.ingredients) == 4
    notes = {part.note for part in said.record.ingredients} - {""}
    assert notes == {"Its credentials are shown above already."}


def test_endless_histories_are_cut() -> None:
    deep = told(history(*chain(60)))
    assert depth(deep.record.ingredients) < 15
    many = tuple(Ingredient(f"{n}.png", "componentOf") for n in range(90))
    wide = told(history(manifest(0, ingredients=(*many, parent(1))), manifest(1, ingredients=many)))
    assert count(wide.record.ingredients) < 150
    assert wide.cut_short
    eager = told(history(manifest(actions=(action("c2pa.edited"),) * 100)))
    assert len(eager.record.steps) + eager.record.steps_left_out == 100
    assert eager.record.steps_left_out > 0


def test_nothing_of_a_withdrawn_picture_is_told() -> None:
    said = history(manifest(0, ingredients=(parent(1),)), manifest(1, title="secret", thumbnail="/9j/"))
    (part,) = told(said, withdrawn=frozenset({URN.format(1)})).record.ingredients
    assert (part.title, part.thumbnail, part.record) == (None, "", None)
    assert "we withdrew" in part.note
    assert tell(said, Whose.OTHER, frozenset({URN.format(0)})) is None


def test_what_a_machine_did_comes_first() -> None:
    said = manifest(
        actions=(action("c2pa.opened"), action("c2pa.edited", "compositeWithTrainedAlgorithmicMedia"))
    )
    assert steps_in_words(said) == (
        "Edited the picture, in part with a trained model",
        "Opened an existing picture",
    )


def test_times_are_claims_in_utc_or_left_out() -> None:
    actions = (action("c2pa.created", when="2026-01-02T03:04:05+09:00"), action("c2pa.edited", when="soon"))
    first, second = told(history(manifest(actions=actions))).record.steps
    assert first.when is not None
    assert first.when.isoformat() == "2026-01-01T18:04:05+00:00"
    assert second.when is None
