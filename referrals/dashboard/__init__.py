"""The pages as Streamlit draws them. `page` interprets `content.outline`, `figure` draws the cards."""
