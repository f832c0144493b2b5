"""What counts as an emoji: one picture, however many characters Unicode writes it with.

Skin tones, flags and the pictures joined by U+200D stay whole. Variation selectors only choose
how an emoji is drawn and are left out. Keycaps and the signs that NFKC makes letters of (ℹ, ™, Ⓜ)
are read as those letters and digits, and © and ® belong to no word.
"""

import re

# Extended_Pictographic of Unicode 15.1 without ASCII, ©, ® and what NFKC turns into letters.
_PICTURE = (
    "[\u2194-\u2199\u21a9\u21aa\u231a\u231b\u2328\u2388\u23cf\u23e9-\u23f3\u23f8-\u23fa"
    "\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe\u2600-\u2605\u2607-\u2612\u2614-\u2685\u2690-\u2705"
    "\u2708-\u2712\u2714\u2716\u271d\u2721\u2728\u2733\u2734\u2744\u2747\u274c\u274e"
    "\u2753-\u2755\u2757\u2763-\u2767\u2795-\u2797\u27a1\u27b0\u27bf\u2934\u2935\u2b05-\u2b07"
    "\u2b1b\u2b1c\u2b50\u2b55\u303d\U0001f000-\U0001f0ff\U0001f12f\U0001f170\U0001f171"
    "\U0001f17e\U0001f17f\U0001f18e\U0001f191-\U0001f19a\U0001f1ad-\U0001f1e5\U0001f201-\U0001f20f"
    "\U0001f249-\U0001f24f\U0001f252-\U0001f3fa\U0001f400-\U0001f53d\U0001f546-\U0001f64f"
    "\U0001f680-\U0001f6ff\U0001f774-\U0001f77f\U0001f7d5-\U0001f7ff\U0001f80c-\U0001f80f"
    "\U0001f848-\U0001f84f\U0001f85a-\U0001f85f\U0001f888-\U0001f88f\U0001f8ae-\U0001f8ff"
    "\U0001f90c-\U0001f93a\U0001f93c-\U0001f945\U0001f947-\U0001faff\U0001fc00-\U0001fffd]"
)
_DRAWN = "[\ufe0e\ufe0f]"
_TONE = "[\U0001f3fb-\U0001f3ff]"
_ONE = rf"{_PICTURE}(?:{_DRAWN}*{_TONE})?{_DRAWN}*"

EMOJI = re.compile(
    rf"[\U0001f1e6-\U0001f1ff]{{2}}|{_ONE}(?:[\U000e0020-\U000e007e]+\U000e007f)?(?:\u200d{_ONE})*"
)
_DRAWING = str.maketrans("", "", "\ufe0e\ufe0f")


def emoji_name(written: str) -> str:
    """The emoji as queries and posts compare it: without variation selectors."""
    return written.translate(_DRAWING)


def emoji_apart(text: str) -> tuple[str, list[str]]:
    """``text`` without its emoji, and these in order, each once."""
    if text.isascii():
        return text, []
    found = dict.fromkeys(emoji_name(one) for one in EMOJI.findall(text))
    return EMOJI.sub("", text), list(found)
