"""The release contract: the folder that crosses from publishing to the site, and its readers."""
