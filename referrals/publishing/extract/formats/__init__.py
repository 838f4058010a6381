"""The file formats of extracts: text, workbooks and Parquet, packed or not."""
