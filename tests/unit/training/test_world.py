from training import world


def test_an_example_follows_from_its_number_alone() -> None:
    assert world.example(7) == world.example(7)
    assert len({world.example(seed).facts for seed in range(50)}) > 45


def test_no_training_example_shows_a_combination_that_is_kept_apart() -> None:
    assert not any(world.example(seed).facts.is_held_out() for seed in range(300))
    assert all(world.example(seed, held_out=True).facts.is_held_out() for seed in range(30))


def test_about_one_combination_in_seventeen_is_kept_apart() -> None:
    every = [
        world.Facts(kind, colour, ground, place, "soft")
        for kind in world.KINDS
        for colour in world.COLOURS
        for ground in world.COLOURS
        for place in world.PLACES
    ]
    share = sum(facts.is_held_out() for facts in every) / len(every)
    assert 0.05 < share < 0.07


def test_held_out_captions_name_kind_colours_and_place() -> None:
    for seed in range(40):
        example = world.example(seed, held_out=True)
        assert example.facts == example.said
        for fact in (example.facts.colour, example.facts.ground):
            assert fact in example.caption
        if example.facts.place != "centre":
            assert example.facts.place in example.caption


def test_what_is_unsaid_is_not_in_the_caption() -> None:
    examples = [world.example(seed) for seed in range(200)]
    unsaid = [example for example in examples if example.said.place == world.UNSAID]
    assert unsaid
    assert not any(place in example.caption.split() for example in unsaid for place in world.PLACES)
