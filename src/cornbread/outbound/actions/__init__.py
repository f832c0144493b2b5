"""Every change to drafts, deliveries, canned responses and signatures that a person asks for."""

from cornbread.outbound.actions.canned import (
    Written,
    archive_canned,
    bring_canned_back,
    import_canned,
    save_canned,
    use_canned,
)
from cornbread.outbound.actions.deliveries import (
    confirm_sent,
    discard_draft,
    drop,
    join_contexts,
    retry,
    save_draft,
    submit,
)
from cornbread.outbound.actions.signatures import save_brand_signature, save_own_signature

__all__ = [
    "Written",
    "archive_canned",
    "bring_canned_back",
    "confirm_sent",
    "discard_draft",
    "drop",
    "import_canned",
    "join_contexts",
    "retry",
    "save_brand_signature",
    "save_canned",
    "save_draft",
    "save_own_signature",
    "submit",
    "use_canned",
]
