"""The gallery says what the judge says."""

import pytest

from .gallery import FAULTS, PAGE, entry


@pytest.mark.parametrize("fault", FAULTS, ids=[fault[0] for fault in FAULTS])
def test_the_page_shows_the_fault_as_it_is_found(fault):
    assert entry(*fault) in PAGE.read_text(encoding="utf-8")
