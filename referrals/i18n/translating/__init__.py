"""The translator's tools: what there is to translate, its checks, and files to work in."""
