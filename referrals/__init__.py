"""Victims of crime referred by UK police to Home Office Immigration Enforcement: figures, releases, dashboard."""
