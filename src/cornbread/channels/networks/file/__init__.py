"""Files of posts: exports of networks and of old help desks, brought in by ``cornbread import``."""

from collections.abc import Mapping as Values
from collections.abc import Sequence

from cornbread.channels.contract import Account, Connected, Field, Interest, Sender, Stream
from cornbread.channels.domain import handed_in
from cornbread.channels.domain.capabilities import Capabilities
from cornbread.channels.domain.posts import HeardPost


class FileNetwork:
    """A place that only ever spoke in the past: nothing to listen to, nobody to answer to."""

    kind = "file"
    name = "File"
    icon = "file-import"
    summary = "Posts from a CSV or JSON Lines file, brought in on the command line."
    command = "cornbread import FILE --workspace {workspace}"
    capabilities = Capabilities(tells_history=True)
    fields: Sequence[Field] = (
        Field(name="name", label="Name", help="What these posts are, for example “Old help desk”."),
    )

    def connect(self, values: Values[str, str], *, local: bool) -> Connected:
        """A channel to keep imported posts in."""
        name = values.get("name", "").strip() or "Import"
        return Connected(name=name, address=values.get("address", "").strip() or name)

    def streams(self, account: Account, interests: Sequence[Interest]) -> Sequence[Stream]:
        """Nothing: the import reads the file once."""
        return ()

    def sender(self, account: Account) -> Sender | None:
        """Nobody reads answers in a file."""
        return None

    def fetch_post(self, account: Account, external_id: str) -> HeardPost | None:
        """Not offered: the file may be gone."""
        return None

    def reparse(self, account: Account, raw: bytes) -> HeardPost | None:
        """A post that a program handed in by the API; rows of a file are imported again instead."""
        return handed_in.reparse(raw)


network = FileNetwork()
