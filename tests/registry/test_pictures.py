"""The charts are files that MLflow's viewer shows, in the languages that can be drawn."""

from segmentation.drawing import spoken
from segmentation.registry.pictures import write_pictures


def test_each_chart_is_a_picture_in_each_language_that_has_a_font(candidate, tmp_path):
    write_pictures(candidate, tmp_path / "charts")

    drawn = list((tmp_path / "charts").iterdir())
    languages = {"en", spoken("zh")}
    assert len(drawn) == 4 * len(languages)
    assert {file.name.split(".")[1] for file in drawn} == languages
    assert all(file.read_bytes().startswith(b"\x89PNG") for file in drawn)


def test_where_no_font_holds_chinese_there_is_no_english_twin(candidate, tmp_path, monkeypatch):
    monkeypatch.setattr("segmentation.registry.pictures.spoken", lambda _: "en")
    monkeypatch.setattr("segmentation.registry.pictures._pictures", lambda *_: {"one": Blank()})

    write_pictures(candidate, tmp_path / "charts")

    assert [file.name for file in (tmp_path / "charts").iterdir()] == ["one.en.png"]


class Blank:
    """A picture of nothing."""

    def savefig(self, file, **_):
        file.touch()
