"""What the tests of file imports share."""

from pathlib import Path

from cornbread.channels.domain.posts import HeardPost
from cornbread.channels.networks.file.problems import RejectedLine
from cornbread.channels.networks.file.reader import Row, mapping_for, read

HEADER = "id,author,inbound,created_at,text,in_reply_to\n"
GOOD = "1,ana,true,2017-10-31T22:10:47Z,Hello,\n"
SAMPLE = Path(__file__).parents[3] / "shared/data/support_threads/threads.csv"
MAP = "id=id,author=author,text=text,created_at=created_at,in_reply_to=in_reply_to,inbound=inbound"


def written(tmp_path: Path, content: str | bytes, name: str = "posts.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def everything(path: Path, spec: str | None = None) -> list[Row | RejectedLine]:
    return list(read(path, mapping_for(path, spec)))


def posts(path: Path, spec: str | None = None) -> list[HeardPost]:
    return [row.post for row in everything(path, spec) if isinstance(row, Row)]


def rejected(path: Path) -> list[tuple[int, str]]:
    rows = everything(path)
    return [(row.line, row.reason.value) for row in rows if isinstance(row, RejectedLine)]
