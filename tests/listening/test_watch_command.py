"""``cornbread watch test``: what a query catches, what its parts are for, and where it is wrong."""

import json

import pytest
from click.testing import CliRunner, Result

from cornbread.config.cli import app
from cornbread.team.models import Workspace
from tests.listening.posts_here import heard
from tests.people_here import brand, owner_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    made = brand()
    for number, text in enumerate(("late train", "late toy train", "on time")):
        heard(owner_of(made), text, id_=str(number))
    return made


def tried(workspace: Workspace, query: str, *more: str) -> Result:
    words = ["watch", "test", query, "--workspace", workspace.slug, *more]
    return CliRunner().invoke(app, words, prog_name="cornbread")


def test_it_says_what_is_caught_and_what_each_part_is_for(workspace: Workspace) -> None:
    said = tried(workspace, "late (train OR the) -toy network:any OR the").output
    assert "caught 0 of the last 3 posts" in said
    assert "! There is no network any here" in said
    assert "! This will catch a lot" in said
    assert "  without the: no difference so far" in said
    said = tried(workspace, "late -toy").output
    assert "  without late: nothing left to listen for" in said
    assert "  without NOT toy: 1 more" in said
    assert "  @maya: late train" in said


def test_machines_are_told_the_normal_form_and_the_parts(workspace: Workspace) -> None:
    told = json.loads(tried(workspace, "(late late) -toy", "--json").output)
    assert (told["of"], told["caught"]) == (3, 1)
    assert told["normal_form"] == "late AND NOT toy"
    assert told["parts"][2] == {"part": "NOT toy", "caught_without": 2}
    assert told["examples"][0]["spans"] == [[0, 4]]


def test_a_mistake_is_pointed_at(workspace: Workspace) -> None:
    result = tried(workspace, "late near/3 train")
    assert result.exit_code == 2
    assert "late near/3 train\n     ^^^^^^" in result.stderr
