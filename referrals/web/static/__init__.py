"""Static assets: ours, and Streamlit's, compressed ahead of time."""
