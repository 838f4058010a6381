"""Private names of Streamlit, all in one place (see docs/streamlit_internals.md)."""
