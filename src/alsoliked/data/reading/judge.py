"""Judging rows: fields as they came become typed columns, or are refused with a reason."""

from __future__ import annotations

import polars as pl

from alsoliked.errors import DataError

__all__ = ["judge"]

WHOLE = 2.0**53  # floating-point numbers beyond this are not exact whole numbers
DATE_FORMATS = ("%Y-%m-%d %H:%M:%S%.f%:z", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")


def judge(raw: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, set[str]]:
    """Type the rows that can be read and tell why the others cannot.

    Parameters
    ----------
    raw
        Columns `place`, `user`, `item`, `rating`, perhaps `timestamp`, and perhaps `text` (the row as it stood).

    Returns
    -------
    good, refused, remarks
        `good`: `place`, ids as Int64 or String, `rating` Float32, `timestamp` Int64. `refused`: `place`, `reason`,
        `text`. `remarks`: what was taken for what.

    Raises
    ------
    DataError
        If ids have a type that is neither integer nor text.
    """
    remarks: set[str] = set()
    typed = {"place": raw["place"]}
    for role in ("user", "item"):
        typed[role] = _ids(raw[role], role, remarks)
    typed["rating"] = _numbers(raw["rating"])
    if "timestamp" in raw.columns:
        typed["timestamp"] = _seconds(raw["timestamp"], remarks)
    frame = pl.DataFrame(typed)
    reasons = _reasons(raw, frame)
    bad = pl.Series(reasons.select(pl.any_horizontal(pl.all())).to_series())
    if not bad.any():
        return frame, pl.DataFrame(schema={"place": pl.Int64, "reason": pl.String, "text": pl.String}), remarks
    first = pl.coalesce(pl.when(pl.col(name)).then(pl.lit(name)) for name in reasons.columns)
    text = raw["text"] if "text" in raw.columns else _as_text(raw)
    refused = pl.DataFrame({"place": raw["place"], "reason": reasons.select(first).to_series(), "text": text})
    return frame.filter(~bad), refused.filter(bad), remarks


def _reasons(raw: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    """One boolean column for each reason, the more telling ones first."""
    reasons = {f"empty {role} id": _blank(frame[role]) for role in ("user", "item")}
    reasons["empty rating"] = _blank(raw["rating"])
    reasons["rating that is not a number"] = frame["rating"].is_null()
    reasons["rating that is NaN or infinite"] = ~frame["rating"].is_finite().fill_null(value=True)
    if "timestamp" in raw.columns:
        reasons["empty timestamp"] = _blank(raw["timestamp"])
        reasons["unreadable timestamp"] = frame["timestamp"].is_null()
    return pl.DataFrame(reasons)


def _blank(series: pl.Series) -> pl.Series:
    if series.dtype == pl.String:
        return series.is_null() | (series.str.strip_chars().str.len_bytes() == 0).fill_null(value=False)
    return series.is_null()


def _as_text(raw: pl.DataFrame) -> pl.Series:
    roles = [name for name in raw.columns if name != "place"]
    shown = [pl.lit(f"{name}=") + pl.col(name).cast(pl.String, strict=False).fill_null("") for name in roles]
    return raw.select(pl.concat_str(shown, separator=", ")).to_series()


def _ids(series: pl.Series, role: str, remarks: set[str]) -> pl.Series:
    """Ids as Int64 or String; whole floating-point numbers (what pandas makes of integers with gaps) as Int64."""
    if series.dtype.is_integer():
        typed = series.cast(pl.Int64, strict=False)
        if typed.null_count() > series.null_count():
            raise DataError(f"{role} ids go beyond 64-bit signed integers; pass them as text.")
        return typed
    if series.dtype in (pl.Categorical, pl.Enum, pl.Null):
        return series.cast(pl.String)
    if series.dtype.is_float():
        present = series.fill_nan(None)
        if ((present.floor() == present) & (present.abs() <= WHOLE)).all():
            remarks.add(f"{role} ids came as floating-point whole numbers and were read as integers")
            return present.cast(pl.Int64)
    if series.dtype != pl.String:
        raise DataError(f"{role} ids came as {series.dtype}, expected integers or text; convert the column first.")
    return series


def _numbers(series: pl.Series) -> pl.Series:
    """Ratings as Float32; null where there is no number."""
    if series.dtype.is_temporal() or series.dtype.is_nested() or series.dtype == pl.Binary:
        raise DataError(f"ratings came as {series.dtype}, expected numbers; name the right column: rating='…'.")
    if series.dtype in (pl.Categorical, pl.Enum):
        series = series.cast(pl.String)
    number = series.cast(pl.Float32, strict=False)
    if series.dtype == pl.String and number.null_count():
        number = number.zip_with(number.is_not_null(), series.str.strip_chars().cast(pl.Float32, strict=False))
    return number


def _seconds(series: pl.Series, remarks: set[str]) -> pl.Series:
    """Timestamps as whole numbers (of whatever unit they came in) or as seconds since 1970 from dates."""
    if series.dtype == pl.String:
        return _seconds_from_text(series, remarks)
    if series.dtype in (pl.Date, pl.Datetime):
        remarks |= _zone_remark(naive=getattr(series.dtype, "time_zone", None) is None)
        return series.cast(pl.Datetime("us")).dt.epoch("us") // 1_000_000
    if series.dtype.is_float():
        return _whole(series, remarks)
    if series.dtype.is_integer():
        return series.cast(pl.Int64, strict=False)
    return pl.Series("timestamp", [None] * series.len(), dtype=pl.Int64)


def _whole(series: pl.Series, remarks: set[str]) -> pl.Series:
    present = series.fill_nan(None)
    if (present.floor() != present).any():
        remarks.add("timestamps have fractions, which were cut off")
    return present.floor().cast(pl.Int64, strict=False)


def _zone_remark(*, naive: bool) -> set[str]:
    return {"dates without a time zone were read as UTC"} if naive else set()


def _seconds_from_text(series: pl.Series, remarks: set[str]) -> pl.Series:
    found = series.cast(pl.Int64, strict=False)
    left = found.is_null() & ~_blank(series)
    if not left.any():
        return found
    plain = series.filter(left).str.strip_chars()
    number = _whole(plain.cast(pl.Float64, strict=False), remarks)
    plain = plain.str.replace("T", " ", literal=True).str.replace(r"[zZ]$", "+00:00")
    plain = plain.str.replace(r"(\d)([+-]\d\d)$", "${1}${2}:00") if plain.str.contains(" ").any() else plain
    date = pl.Series("date", [None] * plain.len(), dtype=pl.Int64)
    for form in DATE_FORMATS:
        if not date.null_count():
            break
        read = plain.str.to_datetime(form, strict=False, time_unit="us").dt.epoch("us") // 1_000_000
        if ":z" not in form:
            remarks |= _zone_remark(naive=bool((date.is_null() & read.is_not_null()).any()))
        date = date.zip_with(date.is_not_null(), read)
    return _put(found, left, number.zip_with(number.is_not_null(), date))


def _put(series: pl.Series, where: pl.Series, values: pl.Series) -> pl.Series:
    return series.scatter(where.arg_true(), values)
