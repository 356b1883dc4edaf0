"""The web path as it is deployed: real servers, a real Redis, clients over sockets."""
