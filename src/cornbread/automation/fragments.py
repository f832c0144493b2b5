"""What this room puts into the pages of earlier ones: macros in a conversation."""

from cornbread.foundation.slots import fill

fill("conversation-tools", "automation/_macro_button.html", permission="macro.run")
fill("conversation-dialogs", "automation/_macro_dialog.html", permission="macro.run")
