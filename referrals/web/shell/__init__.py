"""The shell: the HTML page around Streamlit, with its own head, header, exit and scripts."""
