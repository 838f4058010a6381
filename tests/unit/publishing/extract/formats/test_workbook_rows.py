"""Cells of workbooks with an error, which calamine gives as blank."""

from __future__ import annotations

import zipfile
from pathlib import Path

from referrals.publishing.extract.formats import workbook_rows

CONTENT = """<office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">
<office:body><office:spreadsheet><table:table table:name="Data"><table:table-row>
<table:table-cell office:value-type="string"><text:p>Age</text:p></table:table-cell>
</table:table-row><table:table-row>
<table:table-cell office:value-type="string" calcext:value-type="error">
<office:annotation><text:p>Ask Quillfeather</text:p></office:annotation><text:p>#N/A</text:p>
</table:table-cell></table:table-row></table:table></office:spreadsheet></office:body>
</office:document-content>""".replace("\n", "")

MANIFEST = """<manifest:manifest
 xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>"""


def test_a_comment_on_a_cell_with_an_error_is_no_part_of_the_error(tmp_path: Path) -> None:
    path = tmp_path / "extract.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", CONTENT)
        archive.writestr("META-INF/manifest.xml", MANIFEST)
    _, rows = workbook_rows.read(path, path.name, sheet=None, first=1)
    assert [row.cells for row in rows] == [["Age"], ["#N/A"]]
