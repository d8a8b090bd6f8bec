"""A compact set of ids knows the same ids as Python's own set."""

from random import Random

from syncfile.core.id_set import IdSet


def test_each_id_is_new_once() -> None:
    chance, known, ids = Random(1), set(), IdSet()
    # Few different bytes and few buckets: ids that overlap with the end of one and the beginning of the next.
    for _ in range(20_000):
        object_id = "abc" + "".join(chance.choice("cb") for _ in range(5)) + "bcabcb" * 5 + chance.choice("bc") * 2
        assert ids.add(object_id) == (object_id not in known)
        known.add(object_id)
    assert len(known) > 50


def test_end_of_one_id_and_beginning_of_the_next_are_no_id() -> None:
    ids = IdSet()
    first, second = "ab" * 20, "ab" * 19 + "ac"
    third = (first + second)[2:42]
    for object_id in (first, second):
        assert ids.add(object_id)
    assert third == first
    one, two = "aba" + "1" * 37, "aba" + "2" * 37
    between = (one + two)[20:60]
    assert [ids.add(object_id) for object_id in (one, two, between, one, between)] == [True, True, True, False, False]
