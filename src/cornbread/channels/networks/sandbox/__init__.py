"""The sandbox: a small scripted network inside the product, for the demo and for tests.

Its customers post, answer, lose patience and thank. It is the one network that keeps rows of
its own, because here the product plays both sides.
"""

from collections.abc import Mapping, Sequence

from cornbread.channels.contract import Account, Connected, Field, Interest, Sender, Stream
from cornbread.channels.domain.capabilities import Capabilities
from cornbread.channels.domain.posts import HeardPost
from cornbread.channels.networks.sandbox import server
from cornbread.channels.networks.sandbox.rows import heard
from cornbread.channels.networks.sandbox.sender import SandboxSender
from cornbread.channels.networks.sandbox.stream import SandboxStream
from cornbread.foundation.errors import Invalid

#: Accounts of one workspace meet the same customers, so they share an address.
ADDRESS = "sandbox"


class SandboxNetwork:
    """A place where nothing can go wrong for real."""

    kind = "sandbox"
    name = "Sandbox"
    icon = "flask"
    summary = "Scripted customers to try everything out with. Nobody outside can see it."
    capabilities = Capabilities(
        reply_public=True,
        reply_direct=True,
        favourite=True,
        boost=True,
        follow=True,
        hears_own_posts=True,
        tells_history=True,
        idempotent_send=True,
        finds_sent=True,
        max_length=1000,
    )
    fields: Sequence[Field] = (
        Field(name="handle", label="Account", help="The brand's name there.", placeholder="acme"),
        Field(name="name", label="Name", required=False, placeholder="Acme Trains"),
        Field(
            name="speed",
            label="Speed",
            help="1 is real time; at 60 an hour passes in a minute.",
            required=False,
            placeholder="1",
        ),
    )

    def connect(self, values: Mapping[str, str], *, local: bool) -> Connected:
        """An account of this name; there is nobody to ask."""
        handle = values.get("handle", "").strip().lstrip("@").lower()
        if not handle.replace("-", "").replace("_", "").isalnum() or len(handle) > 60:
            sentence = "The account's name has letters, digits, - and _ only."
            raise Invalid(sentence, fields={"handle": sentence})
        return Connected(
            name=values.get("name", "").strip() or handle,
            address=ADDRESS,
            external_id=f"brand-{handle}",
            handle=handle,
            settings={"speed": _speed(values.get("speed", ""))},
        )

    def streams(self, account: Account, interests: Sequence[Interest]) -> Sequence[Stream]:
        """Everything that is posted there."""
        return (SandboxStream(account),)

    def sender(self, account: Account) -> Sender | None:
        """How the brand's account answers."""
        return SandboxSender(account)

    def fetch_post(self, account: Account, external_id: str) -> HeardPost | None:
        """One post as it is now."""
        row = server.find_post(account, external_id)
        return heard(row) if row else None


def _speed(given: str) -> float:
    try:
        speed = float(given.strip() or 1)
    except ValueError:
        speed = 0.0
    if not 0.1 <= speed <= 1000:
        sentence = "Speed is a number from 0.1 to 1000; 1 is real time."
        raise Invalid(sentence, fields={"speed": sentence})
    return speed


network = SandboxNetwork()
