"""What befalls servers with many viewers: over in time, and no sample lost untold."""

import pytest

from benchmarks.faults.crowd_faults import FAULTS

pytestmark = pytest.mark.faults


@pytest.mark.parametrize("name", [fault.name for fault in FAULTS if fault.short is not None])
def test_it_is_noticed_and_overcome(outcome_of, name):
    assert not outcome_of(name)["problems"]
