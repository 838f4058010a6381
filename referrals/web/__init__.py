"""The ASGI side of the site: what surrounds Streamlit, and nothing of its content."""
