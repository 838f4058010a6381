"""The ASGI application round Streamlit: gateway, shell, static files, health and logs."""
