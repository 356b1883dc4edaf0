"""What befalls recordings: what was recorded is there, and true, and what is not is said."""

import pytest

from benchmarks.faults.recording_faults import FAULTS

pytestmark = pytest.mark.faults


@pytest.mark.parametrize("name", [fault.name for fault in FAULTS if fault.short is not None])
def test_it_is_noticed_and_overcome(outcome_of, name):
    assert not outcome_of(name)["problems"]
