"""What a browser posts from the admin's change page: the chosen kinds' fields only."""

STREAM = {
    "name": "Test",
    "slug": "test",
    "description": "",
    "source": "generator",
    "rate": "1000",
    "sample_type": "float32",
    "window": "2",
    "history": "10",
    "frames_per_second": "25",
    "enabled": "on",
    "visibility": "everyone",
    "position": "0",
}
CONDITIONING = {
    "common__amplitude": "1",
    "common__offset": "0",
    "common__frequency": "5",
    "common__phase": "0",
    "common__noise": "none",
    "common__noise_sigma": "0.1",
    "common__noise_seed": "0",
    "common__clip_low": "",
    "common__clip_high": "",
    "common__bits": "",
}
SIGNAL = {"name": "Sine", "key": "", "unit": "V", "colour": "", "waveform": "sine", "position": "0"}


def posted(*signals: dict[str, str], initial: int = 0, **stream: str) -> dict[str, str]:
    """A whole form; each signal and the stream say only what differs."""
    rows = [{**SIGNAL, **CONDITIONING, **signal} for signal in signals or ({},)]
    data = {
        **STREAM,
        "signals-TOTAL_FORMS": str(len(rows)),
        "signals-INITIAL_FORMS": str(initial),
        **stream,
    }
    for index, row in enumerate(rows):
        data |= {f"signals-{index}-{name}": value for name, value in row.items()}
    return data
