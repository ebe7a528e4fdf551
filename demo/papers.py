"""The papers of the invented world: one-page PDF files, small and real, so that a visitor can open them."""

from __future__ import annotations

import textwrap
from io import BytesIO

LINE = 78


def paper(title: str, *paragraphs: str) -> BytesIO:
    """A PDF of one page with a title and a few paragraphs, as a file called after its title."""
    lines = [title, "", *(line for text in paragraphs for line in [*textwrap.wrap(text, LINE), ""])]
    written = BytesIO(_pdf(lines))
    written.name = f"{'-'.join(title.lower().split())}.pdf"
    return written


def _pdf(lines: list[str]) -> bytes:
    first, *rest = [_escaped(line) for line in lines]
    shown = "\n".join(f"({line}) Tj T*" for line in rest)
    stream = f"BT /F2 16 Tf 20 TL 56 770 Td ({first}) Tj T* /F1 11 Tf 15 TL\n{shown}\nET".encode(
        "cp1252", "replace"
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (en-GB) >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
    ]
    file, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    file += b"".join(b"%010d 00000 n \n" % place for place in places)
    file += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(file)


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
