"""The content policy as a table: complete, without a hole, and with codes that addresses can carry."""

import ast
import re
from pathlib import Path

import pytest

from accounts import policy

# These stand in refusals, reports and addresses that people keep: a code that goes is a broken link.
PROMISED_CODES = {
    "hate",
    "harassment",
    "violence",
    "self_harm",
    "sexual",
    "sexual_minors",
    "shocking",
    "illegal",
    "deception",
    "political",
    "public_health",
}


def test_every_promised_code_is_there_once() -> None:
    assert sorted(category.code for category in policy.CATEGORIES) == sorted(PROMISED_CODES)


def test_codes_of_rules_and_categories_share_one_page() -> None:
    codes = [entry.code for entry in (*policy.CATEGORIES, *policy.USE_RULES)]
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", code) for code in codes)


@pytest.mark.parametrize("category", policy.CATEGORIES, ids=lambda category: category.code)
def test_a_category_says_what_it_is_and_gives_an_example(category: policy.Category) -> None:
    assert category.title.strip() == category.title != ""
    assert category.sentence.endswith(".")
    assert category.example.endswith(".")
    assert len({category.title, category.sentence, category.example}) == 3
    assert policy.category(category.code) is category


@pytest.mark.parametrize("rule", policy.USE_RULES, ids=lambda rule: rule.code)
def test_a_use_rule_has_a_title_and_a_sentence(rule: policy.UseRule) -> None:
    assert rule.title.strip() == rule.title != ""
    assert rule.sentence.endswith(".")


def test_a_code_that_does_not_exist_is_an_error_of_the_program() -> None:
    with pytest.raises(KeyError):
        policy.category("weather")


def test_the_policy_stands_alone() -> None:
    """An auditor can run it without the rest: it imports neither Django nor anything of ours."""
    tree = ast.parse(Path(policy.__file__).read_text())
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert {getattr(node, "module", "a plain import") for node in imports} == {"dataclasses", "types"}
