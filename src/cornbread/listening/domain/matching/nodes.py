"""What is filed at one place, and taken out of it."""

from typing import Any, TypeAlias

from cornbread.listening.domain.matching.forms import Leaf, Node
from cornbread.listening.domain.matching.reading import Numbers

#: A watch that needs no more; or more keys, or words in a row; or yet other things.
Item: TypeAlias = int | tuple[int, str | tuple[int, ...]] | Leaf


def _several(numbers: Numbers) -> str:
    return chr(numbers) if isinstance(numbers, int) else numbers


def _joined(first: Numbers, second: Numbers) -> str:
    return _several(first) + _several(second)


def alone(child: Any, item: Item) -> Any:
    """What stands under two keys without a node; None where it takes one."""
    if child is None:
        return None if isinstance(item, Leaf) else item
    if isinstance(child, int | str) and isinstance(item, int):
        return _joined(child, item)
    if isinstance(child, tuple) and isinstance(item, tuple) and child[1] == item[1]:
        return _joined(child[0], item[0]), item[1]
    return None


def put(node: Node, item: Any) -> None:
    """File one thing more in a node."""
    if isinstance(item, Leaf):
        node.leaves = node.leaves or []
        node.leaves.append(item)
    elif isinstance(item, int | str):
        node.ids = _joined(node.ids, item)
    else:
        more = node.more = node.more or []
        for at, (numbers, what) in enumerate(more):
            if what == item[1]:
                more[at] = _joined(numbers, item[0]), what
                return
        more.append(item)


def without(child: Any, number: int) -> Any:
    """What remains under two keys; None if it is nothing."""
    if isinstance(child, Node):
        drop(child, number)
        return None if is_empty(child) else child
    if isinstance(child, tuple):
        numbers = without(child[0], number)
        return None if numbers is None else (numbers, child[1])
    return None if child is None else _several(child).replace(chr(number), "") or None


def drop(node: Node, number: int) -> None:
    """Take all out of a node that is of one watch."""
    node.ids = node.ids.replace(chr(number), "")
    if node.more is not None:
        rest = [(without(known, number), what) for known, what in node.more]
        node.more = [pair for pair in rest if pair[0] is not None] or None
    if node.leaves is not None:
        node.leaves = [leaf for leaf in node.leaves if leaf.number != number] or None


def is_empty(node: Node) -> bool:
    """Whether nothing is filed there."""
    return not (node.ids or node.more or node.leaves or node.nexts)
