"""The pages in Streamlit: `page` interprets `content.outline`, `figure` draws the cards."""
