"""``cornbread match``: files and pipes of posts against files of watches."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from cornbread.config.cli import app

WATCHES = ['{"id": 10, "query": "late OR bus"}', '{"id": 2, "query": "late"}']


def matched(
    home: Path, watches: list[str], posts: list[str], *more: str, pipe: str | None = None
) -> Result:
    (home / "w.jsonl").write_text("\n".join(watches), "utf-8")
    (home / "p.jsonl").write_text("\n".join(posts), "utf-8")
    words = ["match", "--watches", str(home / "w.jsonl"), "--posts", str(home / "p.jsonl"), *more]
    return CliRunner().invoke(app, words, input=pipe)


def lines_of(result: Result) -> list[Any]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_every_post_gets_a_line_in_order_with_its_watches_sorted(tmp_path: Path) -> None:
    watches = [*WATCHES, '{"id": "b", "query": "late"}', '{"id": "a", "query": "late"}']
    posts = ['{"id": "p9", "text": "LATE"}', '{"id": 4, "text": "tram"}', '{"id": 4, "text":"bus"}']
    result = matched(tmp_path, watches, posts)
    assert result.exit_code == 0
    assert lines_of(result) == [
        {"post": "p9", "watches": [2, 10, "a", "b"]},
        {"post": 4, "watches": []},
        {"post": 4, "watches": [10]},
    ]
    assert "3 posts, 4 watches, 5 matches" in result.stderr


def test_broken_queries_and_lines_are_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    watches = ["no json", '{"query": "late"}', '{"id": "x", "query": "(late"}', *WATCHES]
    watches += ['{"id": 2, "query": "other"}', "", '{"id": 5, "query": 7}']
    posts = ['{"id": 1, "text": "late"}', "{", '{"id": 2}', "[]", '{"id": 3, "text": "bus"}']
    result = matched(tmp_path, watches, posts)
    assert lines_of(result) == [{"post": 1, "watches": [2, 10]}, {"post": 3, "watches": [10]}]
    said = result.stderr
    assert "watches line 1:" in said
    assert "watches line 2: Object missing required field `id`" in said
    assert 'watch "x", character 0: This parenthesis is never closed. Perhaps: (late)' in said
    assert "watches line 6: the id 2 was there before" in said
    assert "watches line 8:" in said
    assert all(f"posts line {number}:" in said for number in (2, 3, 4))
    assert "8 lines could not be used" in said
    assert result.exit_code == 0
    assert matched(tmp_path, watches, posts, "--strict").exit_code == 1


def test_all_that_a_query_can_ask_is_read(tmp_path: Path) -> None:
    asked = {
        "from": ("from:bart", {"author": "@Bart@example.social"}),
        "lang": ("lang:pt", {"lang": "pt-BR"}),
        "network": ("network:mastodon", {"network": "Mastodon"}),
        "links": ("domain:bart.gov", {"links": ["https://www.bart.gov/late"]}),
        "urls": ("url:bart.gov/late", {"urls": ["https://www.bart.gov/late"]}),
        "images": ("has:image", {"images": 2}),
        "kind": ("has:image", {"attachments": [{"kind": "image"}]}),
        "type": ("has:image", {"attachments": [{"type": "image/png"}]}),
        "parent": ("is:reply", {"in_reply_to": "77"}),
        "reply": ("is:reply", {"is_reply": True}),
        "repost": ("is:repost", {"repost": True}),
        "followers": ("followers>=100", {"followers": 100}),
    }
    watches = [json.dumps({"id": name, "query": query}) for name, (query, _) in asked.items()]
    posts = [json.dumps({"id": n, "text": "", **about}) for n, (_, about) in asked.items()]
    found = {line["post"]: line["watches"] for line in lines_of(matched(tmp_path, watches, posts))}
    assert all(name in watches_of for name, watches_of in found.items())
    plain = [json.dumps({"id": 1, "text": "", "author": None, "lang": None, "other": [1]})]
    assert lines_of(matched(tmp_path, watches, plain)) == [{"post": 1, "watches": []}]


def test_empty_files_are_no_mistake(tmp_path: Path) -> None:
    result = matched(tmp_path, [], ['\ufeff{"id": 1, "text": "late"}'])
    assert lines_of(result) == [{"post": 1, "watches": []}]
    nothing = matched(tmp_path, WATCHES, [])
    assert (nothing.exit_code, nothing.stdout) == (0, "")


def test_files_that_are_not_there_are_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["match", "--watches", "-", "--posts", str(tmp_path / "no")])
    assert result.exit_code == 2
    assert "cannot be read: No such file or directory." in result.stderr
    both = CliRunner().invoke(app, ["match", "--watches", "-", "--posts", "-"])
    assert "Only one of --watches and --posts" in both.stderr


def test_a_pipe_is_answered_post_by_post_without_any_home(tmp_path: Path) -> None:
    (tmp_path / "w").write_text("\n".join(WATCHES))
    command = [sys.executable, "-m", "cornbread.config", "match"]
    with subprocess.Popen(
        [*command, "--watches", str(tmp_path / "w"), "--posts", "-"],
        env={"PATH": "/usr/bin:/bin", "CORNBREAD_HOME": "/nowhere/at/all"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        for number in range(2):
            running.stdin.write(b'{"id": %d, "text": "late"}\n' % number)
            running.stdin.flush()
            assert json.loads(running.stdout.readline())["post"] == number
        running.stdin.close()
        assert running.wait(30) == 0
