"""Laying documents out on pages: a font that has every sign we write, headings, paragraphs, tables, numbers of pages."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, WrapMode
from fpdf.fonts import FontFace, TTFFont

FAMILY = "Noto Sans SC"
_SIZE, _SMALL, _LARGE = 10, 8, 16
_LINE = 5.5
"""In millimetres, as all that follows."""
_GREY = (110, 110, 110)


@cache
def font_file() -> Path:
    """Find Noto Sans SC (SIL Open Font License 1.1), which comes with the package `zhplot`; nothing else of it is used."""
    spec = find_spec("zhplot")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0]) / "fonts" / "NotoSansSC-Regular.ttf"


class Pages(FPDF):
    """A document on A4 pages."""

    def __init__(self, title: str, issuer: str, footer: str, made_at: datetime, language: str) -> None:
        """`footer` names `{page}` and `{pages}`; `made_at` stands in the document, so that the same gives the same."""
        super().__init__(format="A4")
        self._footer, self._language = footer, language
        self.set_draw_color(200)
        self.add_font(FAMILY, fname=font_file())
        self.set_font(FAMILY, size=_SIZE)
        self.set_margin(20)
        self.set_auto_page_break(True, margin=22)
        self.set_title(title)
        self.set_author(issuer)
        self.set_lang(language)
        self.set_creation_date(made_at)
        self.add_page()
        self.set_font(size=_SMALL)
        self.set_text_color(*_GREY)
        self.cell(text=issuer, new_x="LMARGIN", new_y="NEXT")
        self.set_text_color(0)
        self.set_font(size=_LARGE)
        self.multi_cell(0, 9, title, new_x="LMARGIN", new_y="NEXT")
        self.ln(3)
        self.set_font(size=_SIZE)

    def normalize_text(self, text: str) -> str:
        """Write a sign that the font lacks, as some in names, by its number in Unicode: [U+20BB7], not nothing."""
        known = self.current_font.cmap if isinstance(self.current_font, TTFFont) else {}
        legible = "".join(sign if ord(sign) in known or sign.isspace() else f"[U+{ord(sign):04X}]" for sign in text)
        return super().normalize_text(legible)

    def footer(self) -> None:
        """Number the page."""
        self.set_y(-15)
        self.set_font(FAMILY, size=_SMALL)
        self.set_text_color(*_GREY)
        text = self._footer.format(page=self.page_no(), pages="{nb}")
        self.cell(0, _LINE, text, align="C")
        self.set_text_color(0)

    def paragraph(self, text: str) -> None:
        """Write a text, its lines broken where they are too long."""
        # Chinese has no spaces to break lines at.
        wrapping = WrapMode.CHAR if self._language.startswith("zh") else WrapMode.WORD
        self.multi_cell(0, _LINE, text, align="L", new_x="LMARGIN", new_y="NEXT", wrapmode=wrapping)
        self.ln(2)

    def facts(self, rows: Sequence[tuple[str, str]]) -> None:
        """Write names and values in two columns."""
        style = FontFace(fill_color=None)
        with self.table(
            rows,
            borders_layout=TableBordersLayout.NONE,
            first_row_as_headings=False,
            col_widths=(1, 2),
            line_height=6,
            headings_style=style,
            align="LEFT",
        ):
            pass
        self.ln(2)

    def lines(self, head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
        """Write a table whose head stands on every page; all but the first two columns are amounts, and end in one line."""
        self.set_font(size=_SMALL)
        align = ["LEFT", "LEFT", *["RIGHT"] * (len(head) - 2)]
        with self.table(
            [head, *rows],
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            col_widths=tuple(widths),
            text_align=tuple(align),
            headings_style=FontFace(color=_GREY),
            line_height=5.2,
        ):
            pass
        self.set_font(size=_SIZE)
        self.ln(2)
