"""What answers a browser or a program: pages, API, sockets, health."""
