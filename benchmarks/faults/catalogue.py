"""Every fault, by its name, in the order of docs/reliability.md."""

from __future__ import annotations

from benchmarks.faults import (
    client_faults,
    clock_faults,
    crowd_faults,
    database_faults,
    edit_faults,
    postgresql_faults,
    recording_faults,
    redis_faults,
    server_faults,
    worker_faults,
)
from benchmarks.faults.trial import Fault

FAULTS: dict[str, Fault] = {
    fault.name: fault
    for module in (
        database_faults,
        postgresql_faults,
        edit_faults,
        recording_faults,
        worker_faults,
        redis_faults,
        server_faults,
        crowd_faults,
        client_faults,
        clock_faults,
    )
    for fault in module.FAULTS
}
