"""The worker: who runs which stream (shares, stores), one stream (runner), all of them (worker)."""
