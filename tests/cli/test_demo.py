"""The demo, whole."""

import struct


def test_the_whole_road(call, tmp_path):
    done = call("demo", "--json", at=tmp_path)
    assert done.code == 0, done.err
    told = done.json
    assert told["report"]["figures"]["dot_bias"]["rmse"]["value"] < 0.95
    assert len(told["user"]["items"]) == len(told["stranger"]["items"]) == 10
    *pictures, page = told["drawn"]
    assert len(pictures) == 3
    assert "\x1b" not in done.err
    for picture in pictures:
        head = (tmp_path / picture).read_bytes()[:24]
        width, height = struct.unpack(">II", head[16:24])
        assert head.startswith(b"\x89PNG\r\n\x1a\n")
        assert width > 400
        assert height > 300
    assert sorted(path.name for path in (tmp_path / "runs/demo").iterdir()) == [
        "bias_ends.png",
        "bundle",
        "item_map.png",
        "rating_histogram.png",
        "report.html",
    ]
    html = (tmp_path / page).read_text(encoding="utf-8")
    assert "Sense and Sensibility (1995)" in html
    assert "User 196: recommended" in html
