"""Bokeh's server with a streaming data source: 1,000 samples a second, 20 patches a second.

Each session has its own document and makes its own samples: that is how Bokeh's server works. The
arrays are numpy's, which Bokeh sends as binary buffers.
"""

from __future__ import annotations

import time

import numpy as np
from bokeh.io import curdoc
from bokeh.models import ColumnDataSource
from bokeh.plotting import figure

RATE = 1000.0
FRAMES_PER_SECOND = 20.0
#: Two seconds on the screen.
WINDOW = 2000

source = ColumnDataSource(data={"t": np.zeros(0), "value": np.zeros(0)})
start, started = time.monotonic(), time.time()
sent = 0


def update() -> None:
    """Stream the samples that are due."""
    global sent
    due = int((time.monotonic() - start) * RATE) + 1
    index = np.arange(sent, due)
    sent = due
    value = np.sin(2 * np.pi * 5 * index / RATE)
    source.stream({"t": started + index / RATE, "value": value}, rollover=WINDOW)


plot = figure(width=1200, height=500)
plot.line("t", "value", source=source)
curdoc().add_root(plot)
curdoc().add_periodic_callback(update, int(1000 / FRAMES_PER_SECOND))
