"""A page of plain Streamlit with one filter, to compare with ours: `bench.load.plain` serves it."""

import streamlit as st

st.html("<h1>A page of plain Streamlit</h1>")
measure = st.selectbox("Measure", ["Number", "Share"], key="choose_measure")
st.query_params["measure"] = measure
st.html(f"<p>{measure}</p>")
