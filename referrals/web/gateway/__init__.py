"""The gateway: ASGI middleware that refuses requests the site has no use for."""
