"""What a scene is made of. Scenes are data; ``script`` brings them to life."""

import msgspec


class Customer(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Someone of the cast; ``handle`` is unique among all scenes."""

    handle: str
    name: str
    lang: str = "en"
    followers: int | None = None

    @property
    def id(self) -> str:
        """The account's id on the sandbox network."""
        return f"customer-{self.handle}"


class Impatience(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What a customer adds when nobody has answered for that long."""

    after_min: float
    text: str


class Beat(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One post of a scene.

    ``at_min`` counts from the scene's present: negative beats are history, the others are still
    to come. ``who`` is a handle of the cast, or "" for an answer of the brand, written ``by`` a
    member. A post that is not ``addressed`` has to be caught by a watch. The remaining fields
    say how the customer goes on once somebody answers, or nobody does.
    """

    key: str
    at_min: float
    text: str
    who: str = ""
    by: str = ""
    reply_to: str = ""
    direct: bool = False
    addressed: bool = True
    impatient: tuple[Impatience, ...] = ()
    #: What the customer says to our first answer, to the second one, and so on.
    turns: tuple[str, ...] = ()
    #: Said instead of the first turn when our answer has this word, e.g. because we remembered.
    when_we_say: dict[str, str] = {}
    #: Said in a direct message when our answer asks to go there.
    if_direct: str = ""
    #: Said once to an answer of a few words that helps nobody.
    if_thin: str = ""


class Scene(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A cast and what they post, at one of the brand's accounts (``channel`` is its key)."""

    key: str
    channel: str
    cast: tuple[Customer, ...]
    beats: tuple[Beat, ...]

    def beat(self, key: str) -> Beat | None:
        """The beat of this key."""
        return next((beat for beat in self.beats if beat.key == key), None)

    def customer(self, handle: str) -> Customer | None:
        """The one of the cast with this handle."""
        return next((one for one in self.cast if one.handle == handle), None)
