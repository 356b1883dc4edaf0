"""A real pseudo-terminal as the serial port: lines, what is none, unplugged and replugged."""

import numpy as np
import pytest

from waves.exceptions import ConfigurationError, SourceError
from waves.sources import examples, validate_options
from waves.sources import serial as module
from waves.sources.inbox import Inbox
from waves.tests.sources.fakes import spec
from waves.tests.sources.fed import Fed, fed
from waves.tests.sources.ports import printed, reading


async def test_lines_become_samples_spread_over_the_time_in_which_they_came(plug):
    async with reading(plug, "a", "Signal 2") as run:
        plug.print(b"a:1")
        await run.until(lambda: run.values("a") == [1.0])
        plug.print(*(b"a:%d, %d" % (k, k) for k in range(2, 12)))
        await run.until(lambda: len(run.samples["a"]) == 11)
        assert run.values("a")[1:] == run.values("Signal 2") == [*map(float, range(2, 12))]
        times = [at for at, _ in run.samples["a"]]
        assert np.diff(times).min() > 1e-4
    assert run.late == 0


async def test_lines_that_are_no_samples_are_shown_and_end_nothing(plug):
    async with reading(plug, "a") as run:
        plug.print(b"Booting \x1b[1mup\x1b[0m", b"\xff\xfe1\x00\x9f", b"a:1", b"x" * 5000, b"a:2")
        await run.until(lambda: run.values("a") == [1.0, 2.0])
        assert run.log[0] == "Booting \x1b[1mup\x1b[0m"
        assert [len(line) for line in run.log] == [18, 5, 4096]


async def test_what_may_have_begun_before_the_port_was_opened_is_no_sample(plug, monkeypatch):
    monkeypatch.setattr(module, "HALF_SECONDS", 60.0)
    async with reading(plug, "a") as run:
        plug.print(b"23", b"a:1")
        await run.until(lambda: run.values("a") == [1.0])
        assert run.log == ["23"]
    assert run.added == {}


async def test_a_board_that_is_unplugged_and_plugged_in_again_goes_on_in_the_same_run(plug):
    async with reading(plug, "a") as run:
        plug.print(b"a:1")
        await run.until(lambda: run.values("a") == [1.0])
        plug.unplug()
        await run.until(lambda: run.notes[-1] == f"Unplugged; waits for {plug.path}.")
        plug.plug_in()
        await run.until(lambda: run.notes[-1] == "")
        plug.print(b"a:2")
        await run.until(lambda: run.values("a") == [1.0, 2.0])


async def test_a_board_that_is_not_there_yet_is_waited_for(plug):
    plug.unplug()
    options = {"port": str(plug.path)}
    async with fed("serial", options, "a", serial_ports=[str(plug.path)]) as run:
        await run.until(lambda: run.notes[-1] == f"Waits for {plug.path}, which is not plugged in.")
        plug.plug_in()
        await run.until(lambda: run.notes[-1] == "")
        plug.print(b"a:1")
        await run.until(lambda: run.values("a") == [1.0])


async def test_labels_name_the_columns_also_after_the_epoch_that_they_begin(plug):
    async with reading(plug) as run:
        plug.print(b"temp,hum", b"1,2")
        await run.until(lambda: run.added == {"temp": "", "hum": ""})
        plug.print(b"3,4")
    async with reading(plug, "temp", "hum", inbox=run.inbox) as again:
        plug.print(b"5,6")
        await again.until(lambda: again.values("temp")[-1:] == [5.0])
        assert again.values("hum")[-1] == 6.0
        assert again.values("temp")[0] == 1.0


@pytest.mark.parametrize("durable", [False, True])
async def test_what_was_taken_when_an_epoch_ends_is_in_the_next(plug, durable):
    inbox = Inbox(durable=durable)  # over Redis they are: what was read here is on no list there
    async with reading(plug, "a", inbox=inbox, reorder_window=60.0) as run:
        plug.print(b"a:1", b"b:2")
        await run.until(lambda: run.added == {"b": ""})
    async with reading(plug, "a", "b", inbox=inbox) as again:
        await again.until(lambda: again.values("a") + again.values("b") == [1.0, 2.0])


async def test_a_column_that_was_renamed_is_known_by_its_key(plug):
    async with reading(plug, "Inlet", renamed={"Inlet": "signal-1"}) as run:
        plug.print(b"5")
        await run.until(lambda: run.values("Inlet") == [5.0])


async def test_a_port_that_somebody_else_reads_is_told(plug):
    async with reading(plug):
        other = Fed("serial", {"port": str(plug.path)}, serial_ports=[str(plug.path)])
        with pytest.raises(SourceError, match=r"Another program reads .*/board"):
            await other.run()


@pytest.mark.parametrize("path", ["/dev/null", "/etc/hostname", "/dev/ptmx"])
async def test_what_is_no_serial_port_is_not_opened(path):
    with pytest.raises(SourceError, match=f"{path} is no"):
        await Fed("serial", {"port": path}).run()


async def test_a_terminal_that_the_settings_do_not_name_is_not_opened(plug):
    with pytest.raises(SourceError, match=r"none of the serial ports .* WAVES\[.serial_ports.\]"):
        await Fed("serial", {"port": str(plug.path)}).run()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"port": "socket://127.0.0.1:22"}, "A port is the path of a serial port of this machine"),
        ({"port": "rfc2217://board:1"}, "and not “rfc2217://board:1”"),
        ({"port": "ttyUSB0"}, "such as /dev/ttyUSB0"),
        ({}, "Port is missing"),
        ({"port": "/dev/ttyUSB0", "baud": 1}, "Baud rate must be at least 50"),
    ],
)
def test_options_that_cannot_work_are_told(options, told):
    with pytest.raises(ConfigurationError) as raised:
        validate_options("serial", options)
    assert told in str(raised.value)


async def test_the_sketch_prints_what_is_read(plug):
    (sketch,) = examples(spec("serial", options={"port": "/dev/ttyUSB0"}), "", "")
    assert "Serial.begin(115200);" in sketch.text
    async with reading(plug, "inlet") as run:
        plug.print(*printed(sketch.text))
        await run.until(lambda: run.values("inlet") == [512.0])
