"""What readers see: selection -> query -> words, chart and table. Only `components` knows Streamlit."""
