"""The static SVG of a chart is the same bytes, whatever the process drew before."""

from forensics.report.drawing import renamed


def test_ids_are_numbered_by_first_appearance_and_kept_apart_by_name():
    drawn = '<g clip-path="url(#clip{a})"/><clipPath id="clip{a}"/><g fill="url(#gradient_{b})"/><linearGradient id="gradient_{b}"/>'
    first, later = drawn.format(a=1, b=0), drawn.format(a=14, b=3)
    expected = '<g clip-path="url(#p-1)"/><clipPath id="p-1"/><g fill="url(#p-2)"/><linearGradient id="p-2"/>'
    assert renamed(first, "p") == renamed(later, "p") == expected
