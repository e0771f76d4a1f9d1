"""Logs that say in comment lines which columns follow (W3C extended, Zeek): state that goes on from batch to batch."""

from __future__ import annotations

import polars as pl

_LACKING = 3
"""So many fields at the end of long rows may be missing where tabs part them: copies of CloudFront's logs lack the last, empty ones."""


class Headers:
    """The comment lines in force at each line of a file; a header may come again in mid-file with other columns."""

    def __init__(self, **directives: str) -> None:
        """``directives``: name -> pattern whose first group is the value (``fields=r"^#Fields:\\s*(.*)$"``)."""
        self._patterns = directives
        self._last: dict[str, str | None] = dict.fromkeys(directives)

    def at(self, raw: pl.Series) -> pl.DataFrame:
        """Return for each line the value of each directive in force there, and whether the line is a comment."""
        comment = raw.str.starts_with("#").fill_null(False)
        frame = pl.DataFrame({"comment": comment})
        for name, pattern in self._patterns.items():
            last = pl.Series(name, [self._last[name]], dtype=pl.String)
            if comment.any():
                stated = raw.to_frame("raw").select(pl.when(comment).then(pl.col("raw").str.extract(pattern, 1))).to_series()
                column = pl.concat([last, stated.rename(name)]).forward_fill()
                self._last[name] = column[-1]
                frame = frame.with_columns(column[1:].alias(name))
            else:
                frame = frame.with_columns(last.new_from_index(0, len(raw)).alias(name))
        return frame


def columns_by_layout(raw: pl.Series, layouts: pl.Series) -> pl.DataFrame:
    """Return the fields of each line as columns, named as the line's layout says (``layouts``: column names with blanks between).

    Fields are separated by tabs where a line has tabs, else by blanks. Every column of every layout of the batch is there, NULL for
    lines whose layout lacks it; ``complete`` tells whether a line has as many fields as its layout. Of a repeated name the first counts.
    """
    frame = pl.DataFrame({"raw": raw, "layout": layouts, "tabs": raw.str.contains("\t", literal=True)}).with_row_index("row")
    known = frame.filter(pl.col("layout").is_not_null() & pl.col("raw").is_not_null())
    parts = [frame.select("row", complete=pl.lit(False)).join(known.select("row"), on="row", how="anti")]
    for (layout, tabs), group in known.group_by("layout", "tabs", maintain_order=True):
        parts.append(_one_layout(group, str(layout).split(), "\t" if tabs else " "))
    return pl.concat(parts, how="diagonal").sort("row").drop("row")


def _one_layout(group: pl.DataFrame, names: list[str], separator: str) -> pl.DataFrame:
    count = len(names)
    fields = pl.col("f").struct
    raw = pl.col("raw").str.strip_chars_end(" ") if separator == "\t" else pl.col("raw")  # WebLogic ends its lines with a blank
    split = group.select("row", "raw", raw.str.split_exact(separator, count).alias("f"))
    least = count - _LACKING if separator == "\t" and count > 7 * _LACKING else count
    fits = fields[least - 1].is_not_null() & (fields[count].is_null() | (fields[count] == ""))
    split = split.with_columns(fits.alias("complete"))
    first = {name: index for index, name in reversed(list(enumerate(names)))}
    table = split.select("row", "complete", *(fields[index].alias(name) for name, index in first.items()))
    if separator == "\t" or table["complete"].all():
        return table
    odd = split.filter(~pl.col("complete")).select("row", pl.col("raw").str.extract_all(r'"(?:[^"]|"")*"|[^ ]+').alias("f"))
    listed = odd.select(
        "row",
        (pl.col("f").list.len() == count).alias("complete"),
        *(unquoted(pl.col("f").list.get(index, null_on_oob=True)).alias(name) for name, index in first.items()),
    )
    return pl.concat([table.filter("complete"), listed])


def unquoted(value: pl.Expr) -> pl.Expr:
    """Return texts without the quotes around them; a quote inside is written twice."""
    within = value.str.extract(r'^"(.*)"$').str.replace_all('""', '"', literal=True)
    return pl.coalesce(within, value)
