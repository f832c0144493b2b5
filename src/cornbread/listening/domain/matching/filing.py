"""Filing watches under their keys, and taking them out again."""

import sys
from collections.abc import Iterable, Mapping
from operator import itemgetter

from cornbread.listening.domain.evaluation import matches
from cornbread.listening.domain.keys import Vocabulary
from cornbread.listening.domain.matching.forms import NOWHERE, Engine, Leaf, Node
from cornbread.listening.domain.matching.nodes import Item, alone, drop, is_empty, put, without
from cornbread.listening.domain.matching.plan import (
    Alternative,
    Row,
    alternatives,
    keys_of,
    sign_of,
)
from cornbread.listening.domain.matching.rarity import commonness
from cornbread.listening.domain.matching.reading import Asked, Check
from cornbread.listening.domain.query import And, Field, Near, Not, Or, Phrase, Query, Word

#: Stands between the places of a watch.
_END = -1


class Filing:
    """Where each watch is filed in an engine. One thread at a time may change it."""

    def __init__(self, frequencies: Mapping[str, float]) -> None:
        self.vocabulary = Vocabulary()
        self.engine = Engine(self.vocabulary)
        # By id the number of each watch, and the keys under which it is filed.
        self._places: dict[int, tuple[int, ...]] = {}
        self._free: list[int] = []
        self._commonness = commonness(frequencies, self._share_of_watches)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, id_: int) -> bool:
        return id_ in self._places

    def _share_of_watches(self, key: str) -> float:
        return self.vocabulary.uses(key) / (len(self._places) + 100)

    def change(self, add: Iterable[tuple[int, Query]], remove: Iterable[tuple[int, Query]]) -> None:
        """Take out and put in. Those who match meanwhile see all of it or nothing."""
        adding, removing = list(add), list(remove)
        with self.engine.lock:
            self.engine.version += 1
            try:
                self._change(adding, removing)
            finally:
                self.engine.forget_ids()
                self.engine.version += 1

    def _change(self, add: list[tuple[int, Query]], remove: list[tuple[int, Query]]) -> None:
        vocabulary = self.vocabulary
        for id_, _ in remove:
            self._unfile(id_)
        # Counted before the first is filed: what many ask for is common.
        changed = [vocabulary.take(keys_of(query)) for _, query in add]
        changed += [vocabulary.release(keys_of(query)) for _, query in remove]
        if any(changed):
            self._freshen()
        for id_, query in sorted(add, key=itemgetter(0)):
            self._file(id_, query)

    def _freshen(self) -> None:
        self.vocabulary.freshen()
        roots = self.engine.roots
        roots.extend([NOWHERE] * (self.vocabulary.size - len(roots)))
        with self.engine.renewing:
            self.engine.remember_anew()

    # -- in --------------------------------------------------------------------------------------

    def _file(self, id_: int, query: Query) -> None:
        ids = self.vocabulary.ids
        places = [number := self._number(id_)]
        for way in alternatives(query, self._commonness):
            path = [ids[key] for key in sorted(way.keys, key=self._commonness)]
            rest = tuple(path[2:])
            places += [*path[:2], _END]
            self._put(path[:2], self._item(number, way, rest))
        self._places[id_] = tuple(places)

    def _number(self, id_: int) -> int:
        """A number for a watch that comes."""
        watches = self.engine.watches
        if not self._free:
            if len(watches) > sys.maxunicode:
                raise OverflowError("There are more than a million watches.")
            self._free.append(len(watches))
            watches.append(id_)
        number = self._free.pop()
        watches[number] = id_
        before, after = watches[max(0, number - 1)], watches[number : number + 2][-1]
        self.engine.in_order = self.engine.in_order and before <= id_ <= after
        return number

    def _item(self, number: int, way: Alternative, rest: tuple[int, ...]) -> Item:
        """The watch in the simplest of the forms that a node can hold."""
        # "On on" has one key only, so it is filed where nodes have neither rows nor more.
        if len(way.rows) == 1 and len(way.keys) > 1:
            (row,) = way.rows
            if way == Alternative(keys=frozenset(row), rows=way.rows):
                return number, self._row(row)
        if any(way[1:]):
            return self._leaf(number, way, rest)
        return (number, rest) if rest else number

    def _leaf(self, number: int, way: Alternative, rest: tuple[int, ...]) -> Leaf:
        ids = self.vocabulary.ids
        return Leaf(
            number,
            rest,
            tuple(ids[key] for key in way.absent),
            tuple(tuple(ids[key] for key in group) for group in way.groups),
            tuple(self._row(row) for row in way.rows),
            tuple(self._row(row) for row in way.absent_rows),
            tuple(self._check(query) for query in way.tests),
        )

    def _row(self, row: Row) -> str:
        return "".join(chr(self.vocabulary.ids[word] >> 1) for word in row)

    def _put(self, path: list[int], item: Item) -> None:
        engine = self.engine
        first = path[0]
        node = engine.roots[first]
        if node is NOWHERE:
            node = engine.roots[first] = Node()
            engine.root_keys.add(first)
        if len(path) == 1:
            put(node, item)
            return
        child = node.nexts.get(path[1])
        standing = alone(child, item)
        if standing is not None:
            node.nexts[path[1]] = standing
            return
        if not isinstance(child, Node):
            known, child = child, Node()
            if known is not None:
                put(child, known)
            node.nexts[path[1]] = child
        put(child, item)

    # -- out -------------------------------------------------------------------------------------

    def _unfile(self, id_: int) -> None:
        number, *places = self._places.pop(id_)
        path: list[int] = []
        for key in places:
            if key != _END:
                path.append(key)
                continue
            self._take_out(path, number)
            path = []
        self._free.append(number)

    def _take_out(self, path: list[int], number: int) -> None:
        engine = self.engine
        node = engine.roots[path[0]]
        if node is NOWHERE:  # several alternatives had one place, and are all out already
            return
        if len(path) == 1:
            drop(node, number)
        else:
            child = without(node.nexts.get(path[1]), number)
            if child is None:
                node.nexts.pop(path[1], None)
            else:
                node.nexts[path[1]] = child
        if is_empty(node):
            engine.root_keys.discard(path[0])
            engine.roots[path[0]] = NOWHERE

    # -- what is not decided by keys alone -------------------------------------------------------

    def _check(self, query: Query) -> Check:
        """``query`` as one function of a read post."""
        match query:
            case And(parts):
                checks = [self._check(part) for part in parts]
                return lambda reading: all(check(reading) for check in checks)
            case Or(parts):
                checks = [self._check(part) for part in parts]
                return lambda reading: any(check(reading) for check in checks)
            case Not(part):
                negated = self._check(part)
                return lambda reading: not negated(reading)
            case Near(left, right, within):
                return self._near(query, _rows_of(left), _rows_of(right), within)
        keys, row = sign_of(query)
        if isinstance(query, Field) and len(keys) > 1:
            return lambda reading: matches(query, reading.asked())
        if row:
            words = self._row(row)
            return lambda reading: reading.has_row(words)
        number = self.vocabulary.ids[keys[0]]
        return lambda reading: reading.has(number)

    def _near(
        self, query: Near, left: list[Row] | None, right: list[Row] | None, within: int
    ) -> Check:
        if left is None or right is None:
            return lambda reading: matches(query, reading.asked())
        lefts, rights = [self._row(row) for row in left], [self._row(row) for row in right]

        def check(reading: Asked) -> bool:
            words = reading.words()
            others = [place for row in rights for place in _all_places(row, words)]
            return any(
                max(first - there_after, there - after) < within
                for row in lefts
                for first, after in _all_places(row, words)
                for there, there_after in others
            )

        return check


def _rows_of(side: Query) -> list[Row] | None:
    """The words or rows of words that one side of a NEAR looks for; None if it is no such."""
    parts = side.parts if isinstance(side, Or) else (side,)
    rows: list[Row] = []
    for part in parts:
        if isinstance(part, Or):
            inner = _rows_of(part)
            if inner is None:
                return None
            rows += inner
            continue
        if not isinstance(part, Word | Phrase):
            return None
        keys, row = sign_of(part)
        if not row and keys[0][0] == "~":
            return None
        rows.append(row or tuple(keys))
    return rows


def _all_places(row: str, words: str) -> list[tuple[int, int]]:
    places = []
    at = words.find(row)
    while at >= 0:
        places.append((at, at + len(row)))
        at = words.find(row, at + 1)
    return places
