"""Group disclosure in public files: certain by the witnesses, or nearly certain."""
