"""alsoliked report: what the page of a bundle holds, and what it leaves out on wish."""

COLUMNS = ["--user", "reader", "--item", "book", "--rating", "stars"]


def test_what_a_page_holds_is_asked_for(ask, tmp_path):
    lines = [
        f"r{u},Book {b},{1 + (u * b + u // 7) % 5}" for u in range(90) for b in range(40) if (7 * u + 3 * b) % 5 < 2
    ]
    (tmp_path / "ratings.csv").write_text("\n".join(["reader,book,stars", *lines]) + "\n")
    assert ask("train", "ratings.csv", "-o", "b", *COLUMNS, "--model", "als", at=tmp_path).code == 0
    whole = ask("report", "b", "-n", 3, "--rounds", 1, "--remedy", "popularity", "--user", "r7", at=tmp_path)
    assert (whole.code, whole.out) == (0, "")
    assert "report: report.html (" in whole.err
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "User r7: recommended" in page
    bare = ask("report", "b", "-o", "bare.html", "--no-audit", "--title", "Books and readers", "--json", at=tmp_path)
    assert bare.json == {"report": "bare.html", "bytes": (tmp_path / "bare.html").stat().st_size}
    without = (tmp_path / "bare.html").read_text(encoding="utf-8")
    assert "<title>Books and readers" in without
    for words in ("Is it fair, is it narrowing?", '<section id="narrowing">', '<section id="remedies">'):
        assert words in page
        assert words not in without
