"""A page as PDF: it fetches nothing, needs a Chinese font, and says what is missing."""

import builtins
import os
import re
import shutil
import socket
import subprocess
import sys
import zlib

import pytest

from segmentation.errors import StorageError
from segmentation.reviews.dossier import pdf, render_pdf, verify_dossier
from segmentation.reviews.dossier.archive import unpacked
from segmentation.reviews.dossier.pages import PDFS
from tests.reviews.dossier import made

PAGE = "<html lang=zh><head><style>:root { --kept: #0b5393; }</style></head><body>%s</body></html>"
WITHOUT_CHINESE = """
from segmentation.errors import StorageError
from segmentation.reviews.dossier import render_pdf
assert render_pdf("<html><head></head><body>needs</body></html>")
try:
    render_pdf("<html><head></head><body>\\u9700\\u6c42</body></html>")
except StorageError as error:
    print(error)
"""


def pages(data):
    return len(re.findall(rb"/Type\s*/Page\b", data + inside(data)))


def inside(data):
    """Return what is drawn, as text."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL)
    drawn = b""
    for stream in streams:
        try:
            drawn += zlib.decompress(stream)
        except zlib.error:
            drawn += stream
    return drawn


@pytest.fixture
def without(monkeypatch):
    """Make the import of WeasyPrint fail with an error."""

    def failing(error):
        real = builtins.__import__

        def imported(name, *rest, **more):
            if name == "weasyprint":
                raise error
            return real(name, *rest, **more)

        monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
        monkeypatch.setattr(builtins, "__import__", imported)

    return failing


def test_the_same_page_gives_the_same_bytes():
    assert render_pdf(PAGE % "需求") == render_pdf(PAGE % "需求")
    assert render_pdf(PAGE % "需求") != render_pdf(PAGE % "住户")


def test_a_long_table_goes_over_pages_with_its_head_on_each(tmp_path):
    rows = "".join(f"<tr><td>{row}</td></tr>" for row in range(100))
    data = render_pdf(PAGE % f"<table><thead><tr><th>头</th></tr></thead><tbody>{rows}</tbody></table>")
    (tmp_path / "a.pdf").write_bytes(data)

    assert pages(data) > 1
    if shutil.which("pdftotext"):
        command = ["pdftotext", str(tmp_path / "a.pdf"), "-"]
        text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
        assert text.count("头") == pages(data)
        assert f"2/{pages(data)}" in text.replace(" ", "")


def test_nothing_is_fetched_from_anywhere(tmp_path):
    style = tmp_path / "style.css"
    style.write_text("body { display: none }")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        here = f"http://127.0.0.1:{server.getsockname()[1]}/a"
        linked = (
            f'<link rel=stylesheet href="{style.as_uri()}"><img src="{here}"><img src="{style.as_uri()}">'
        )
        styled = f'<p style="background: url({here})">需求</p><object data="{here}"></object>'
        data = render_pdf(PAGE % (linked + styled))

        with pytest.raises(BlockingIOError):
            server.accept()
    assert b"Tj" in inside(data) or b"TJ" in inside(data)


def test_marks_take_the_colour_of_their_status_and_no_name_of_a_colour_is_left():
    css = ".icon path { stroke: currentColor; fill: var(--paper); font: 700 14px serif; }\n"
    mark = '<span class="chip %s"><svg class="icon" viewBox="0 0 1 1"></svg></span>'
    page = PAGE.replace("<style>", f"<style>:root {{ --open: #4d4d4d; --paper: #fff; }}\n{css}")
    told = pdf._prepared(page % (mark % "kept" + mark % "undetermined"))

    styles = re.findall(r"<svg[^>]*><style>(.*?)</style>", told, re.DOTALL)
    assert [re.search("stroke: (.*?);", style)[1] for style in styles] == ["#0b5393", "#4d4d4d"]
    assert all("fill: #fff" in style and "serif; }" in style for style in styles)
    assert not any(re.search(r"var\(|currentColor|font:", style) for style in styles)


def test_without_weasyprint_it_says_what_to_install(without):
    without(ImportError("no module"))

    with pytest.raises(
        StorageError, match="Install this program with its extra `pdf`, or leave the PDFs out with --no-pdf"
    ):
        render_pdf(PAGE % "")


def test_without_pango_it_says_what_to_install(without):
    without(OSError("cannot load library"))

    with pytest.raises(StorageError, match=r"Install libpango-1\.0-0, libpangoft2-1\.0-0"):
        render_pdf(PAGE % "")


def test_without_weasyprint_nothing_is_written_but_without_pdfs_all_else_is(without, tmp_path):
    without(ImportError("no module"))

    with pytest.raises(StorageError):
        made.written(tmp_path, made.approved(), pdf=True)
    assert list(tmp_path.iterdir()) == []
    assert verify_dossier(made.written(tmp_path, made.approved())).uncovered == ()


def test_without_a_chinese_font_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(pdf, "_CJK", range(0x10FFFD, 0x10FFFE))  # a sign that no font has

    with pytest.raises(StorageError, match="Install fonts-noto-cjk"):
        render_pdf(PAGE % chr(0x10FFFD))
    assert render_pdf(PAGE % "需求")


@pytest.mark.slow
def test_on_a_system_without_a_chinese_font_chinese_is_refused_and_english_is_drawn(tmp_path):
    fonts = tmp_path / "fonts.conf"
    fonts.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd"><fontconfig>'
        f"<dir>/usr/share/fonts/truetype/dejavu</dir><cachedir>{tmp_path}</cachedir></fontconfig>"
    )
    command = [sys.executable, "-c", WITHOUT_CHINESE]
    ran = subprocess.run(
        command, env={**os.environ, "FONTCONFIG_FILE": str(fonts)}, capture_output=True, text=True, check=True
    )

    assert "Install fonts-noto-cjk" in ran.stdout


@pytest.mark.slow
def test_a_dossier_with_pdfs_holds_and_the_same_page_gives_the_same_bytes(tmp_path):
    cast = made.approved()
    path = made.written(tmp_path, cast, pdf=True)
    files = unpacked(path.read_bytes())

    assert verify_dossier(path, cast.root.public).uncovered == PDFS
    assert render_pdf(files["card/card.zh.html"].decode()) == files["card/card.zh.pdf"]
    assert b"Noto-Sans-CJK" in inside(files["card/card.zh.pdf"])
    assert pages(files["card/card.en.pdf"]) > 10
    assert pages(files["impact/impact.zh.pdf"]) > 3
    assert "left out" not in files["VERIFY.en.md"].decode()
