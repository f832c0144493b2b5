# The types of the engine when it is compiled.
cimport cython

cdef int WORD, SPACE, CARE, DOT, W
cdef unsigned int BASIS, PRIME, BITS
cdef unsigned long long ALL, ONE, SEQUENCE
cdef bytes PLACES

cdef class Leaf:
    cdef readonly int number
    cdef readonly tuple keys
    cdef readonly tuple absent
    cdef readonly tuple groups
    cdef readonly tuple rows
    cdef readonly tuple absent_rows
    cdef readonly tuple checks

cdef class Node:
    cdef public str ids
    cdef public list more
    cdef public list leaves
    cdef public dict nexts

cdef class Words:
    cdef int[::1] slots
    cdef int[::1] ends
    cdef int[::1] numbers
    cdef bytes store
    cdef long long mask

    @cython.locals(mixed=cython.uint, at=cython.Py_ssize_t)
    cdef inline unsigned int hash(self, bytes data, Py_ssize_t begin, Py_ssize_t end) noexcept
    @cython.locals(
        slot=cython.Py_ssize_t, at=cython.int, first=cython.Py_ssize_t, same=cython.Py_ssize_t,
        length=cython.Py_ssize_t, store=bytes,
    )
    cdef int find(self, bytes data, Py_ssize_t begin, Py_ssize_t end) noexcept

cdef class Hits:
    cdef int count, room, width
    cdef int[::1] posts
    cdef int[::1] order
    cdef int[::1] ends
    cdef list numbers
    cdef unsigned long long[::1] bits
    cdef unsigned long long[::1] tops

    cdef int add(self, int post, object numbers) except -1
    @cython.locals(post=cython.int, begin=cython.int, end=cython.int, at=cython.int, found=list)
    cdef list by_post(self, int number, list watches)
    @cython.locals(post=cython.int, at=cython.int, place=cython.int)
    cdef void turn(self, int number) noexcept
    @cython.locals(several=str, at=cython.Py_ssize_t)
    cdef int mark(self, object numbers) except -1
    @cython.locals(word=cython.int)
    cdef inline void mark_one(self, int number) noexcept
    @cython.locals(
        top=cython.int, word=cython.int, number=cython.int, words=cython.ulonglong,
        bits=cython.ulonglong, ids=list, places=bytes,
    )
    cdef list marked(self, list watches)

cdef class Pages:
    cdef public object remembered
    cdef readonly Hits hits
    cdef Words words_known
    cdef list texts
    cdef list posts
    cdef public int at
    cdef int number, chosen, met, count, distinct, size, room
    cdef long long now, turns
    cdef long long[::1] stamps
    cdef int[::1] counts
    cdef int[::1] starts
    cdef int[::1] touched
    cdef int[::1] key_ends
    cdef int[::1] word_ends
    cdef long long[::1] rounds
    cdef int[::1] both
    cdef int[::1] order
    cdef int[::1] unique
    cdef int[::1] owners

    @cython.locals(text=str, piece=str, key=cython.int, asked_about=cython.bint)
    cdef int read(self, object texts, object posts, Py_ssize_t begin) except -1
    cdef inline void push(self, int key) except *
    cdef inline void push_word(self, int half) except *
    cdef void grow(self) except *
    @cython.locals(key=cython.int, one=cython.int, keys=tuple, words=str, word=cython.Py_UCS4)
    cdef void push_piece(self, str piece) except *
    @cython.locals(
        data=bytes, classes=bytes, size=cython.Py_ssize_t, begin=cython.Py_ssize_t,
        end=cython.Py_ssize_t, at=cython.Py_ssize_t, special=cython.int, char=cython.uchar,
        is_www=cython.bint, key=cython.int,
    )
    cdef void scan(self, Words known, str text) except *
    @cython.locals(place=cython.int, at=cython.int, key=cython.int, post=cython.int)
    cdef void turn(self) noexcept
    @cython.locals(at=cython.int)
    cdef void clear(self) noexcept
    @cython.locals(start=cython.int, at=cython.int)
    cdef void choose(self, int key) noexcept
    @cython.locals(at=cython.int)
    cdef void stand_by(self, int key) noexcept
    @cython.locals(at=cython.int)
    cdef int choose_both(self, int first, int second) noexcept
    @cython.locals(at=cython.int)
    cdef int give(self, object numbers) except -1
    @cython.locals(low=cython.int, high=cython.int, middle=cython.int)
    cpdef bint has(self, int key)
    @cython.locals(at=cython.int, begin=cython.int, end=cython.int)
    cpdef str words(self)
    @cython.locals(length=cython.int, at=cython.int, same=cython.int)
    cpdef bint has_row(self, str row)
    @cython.locals(key=cython.int)
    cdef bint has_all(self, tuple keys) except -1
    @cython.locals(key=cython.int)
    cdef bint has_any(self, tuple keys) except -1
    @cython.locals(group=tuple, row=str)
    cdef bint meets(self, Leaf leaf) except -1

cdef Pages _rested(object remembered)

cdef class Engine:
    cdef public object vocabulary
    cdef public object remembered
    cdef public list roots
    cdef public set root_keys
    cdef public list watches
    cdef public bint in_order
    cdef public object ids_of
    cdef public long long version
    cdef public object lock
    cdef public object renewing

    @cython.locals(version=cython.longlong, found=list)
    cpdef list match_many(self, object texts, object posts)
    cdef list _batch(self, object texts, object posts, Py_ssize_t begin)
    @cython.locals(
        pages=Pages, number=cython.int, at=cython.int, key=cython.int, node=Node, roots=list,
        leaves=list, whose=list, leaf=Leaf, ids=list, found=list,
    )
    cdef list _native(self, object texts, object posts, Py_ssize_t begin)
    @cython.locals(nexts=dict, at=cython.int, second=cython.int)
    cdef void _follow(
        self, int first, Node node, Pages pages, list leaves, list whose
    ) except *
    cdef void _take(self, object child, Pages pages, list leaves, list whose) except *
    @cython.locals(at=cython.int, in_a_row=cython.bint)
    cdef void _decide(self, tuple pair, Pages pages) except *
    @cython.locals(at=cython.int, pair=tuple, leaf=Leaf)
    cdef void _collect(self, Node node, Pages pages, list leaves, list whose) except *
