"""Ids are cut out of paths: by their looks, and by the number of values that a place in the path takes."""

from __future__ import annotations

import polars as pl
import pytest
from tests.stored_case import new_case

from forensics.case.case import Case
from forensics.incidents.routes import MOST_ROUTES, OTHER, routes_of


def routes(case: Case, paths: list[str]) -> dict[str, tuple[str, str | None]]:
    case.execute("incidents", "macros")
    masks = case.connection.sql("SELECT p, path_mask(p) AS mask FROM (SELECT unnest($paths) AS p)", params={"paths": paths}).pl()
    found, ids = routes_of(masks.group_by("mask").agg(pl.len().alias("requests")))
    joined = masks.join(ids, on="mask").join(found, on="route_id")
    return {path: (route, kind) for path, route, kind in joined.select("p", "route", "object_kind").iter_rows()}


@pytest.mark.parametrize(
    ("path", "route", "kind"),
    [
        ("/v1/jobs/812", "/v1/jobs/{id}", "job"),
        ("/v2/jobs/7", "/v2/jobs/{id}", "job"),
        ("/cdn/images/8812.png", "/cdn/images/{id}.png", "image"),
        ("/jobs/12/image", "/jobs/{id}/image", "image"),
        ("/users/3fa85f64-5717-4562-b3fc-2c963f66afa6/keys/5", "/users/{id}/keys/{id}", "key"),
        ("/o/9f86d081884c7d659a2feaa0c55ad015", "/o/{id}", "o"),
        ("/watch/dQw4w9WgXcQ", "/watch/{id}", "watch"),
        ("/2024/03/02/story-12", "/{id}/{id}/{id}/story-{id}", None),
        ("/queries/5", "/queries/{id}", "query"),
        ("/static/app-19.js", "/static/app-{id}.js", None),
        ("/", "/", None),
        ("/about", "/about", None),
        ("/a;jsessionid=ABC", "/a", None),
        ("/pkg812/-/pkg812-1.0.3.tgz", "/pkg{id}/-/pkg{id}.tgz", "tgz"),
        ("/edi/as2", "/edi/as2", None),
        ("/oauth2/token/812", "/oauth2/token/{id}", "token"),
        ("/v2/k8s3/jobs/7", "/v2/{id}/jobs/{id}", "job"),
        ("/disk/disk-2", "/disk/disk-{id}", "disk"),
    ],
)
def test_ids_are_cut(tmp_path, path, route, kind):
    with new_case(tmp_path) as case:
        found, named = routes(case, [path])[path]
    assert found == route
    assert kind is None or named == kind


def test_a_word_with_a_number_is_an_id_where_there_are_several(tmp_path):
    with new_case(tmp_path) as case:
        found = routes(case, ["/disks/disk1", "/disks/disk2/free", "/disks/disk2", "/disks/disk3/free", "/edi/as2", "/edi/as2/mdn"])
    assert {route for route, _ in found.values()} == {"/disks/disk{id}", "/disks/disk{id}/free", "/edi/as2", "/edi/as2/mdn"}


def test_a_place_with_very_many_values_is_an_id_though_it_looks_like_names(tmp_path):
    words = [f"/people/{a}{b}/wall" for a in "bcdfghjklm" for b in ("anna", "otto", "emil", "vera", "ines", "hugo", "lars")]
    with new_case(tmp_path) as case:
        found = routes(case, [*words, "/people/list"])
    assert {found[path][0] for path in words} == {"/people/{id}/wall"}


def test_routes_are_bounded_and_numbered_by_requests(tmp_path):
    rare = [f"/{a}/{b}/{c}" for a in "abcdefgh" for b in "abcdefgh" for c in "abcdefgh"]
    with new_case(tmp_path) as case:
        case.execute("incidents", "macros")
        masks = pl.DataFrame({"mask": ["/busy", *rare], "requests": [1000] + [1] * len(rare)})
        found, ids = routes_of(masks)
    assert found.height == MOST_ROUTES + 1
    assert found.row(0)[:2] == (1, "/busy")
    assert found.row(1)[1] == OTHER
    assert ids.height == masks.height


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/v1/jobs/812", "812"),
        ("/cdn/images/812.png", "812"),
        ("/clip/812.mp4", "812"),
        ("/i/812@2x.jpg", "812"),
        ("/v1/generations/a2b3c4d5e6f7g8h9", "a2b3c4d5e6f7g8h9"),
        ("/img/a2b3c4d5e6f7g8h9/0.webp", "a2b3c4d5e6f7g8h9"),
        ("/v1/gen/gen_7f3k2m9q", "7f3k2m9q"),
        ("/img/img_7f3k2m9q_1024x768.jpg", "7f3k2m9q"),
        ("/users/31/photos/7", "7"),
        ("/img/abcdefghjkmnpq12/0.webp", "abcdefghjkmnpq12"),
        ("/img/7abcdefghjkmnpqr/0.webp", "7abcdefghjkmnpqr"),
        ("/v1/jobs/job42000", "42000"),
        ("/u/3f2504e0-4f89-11d3-9a0c-0305e82c3301/photos/1234", "1234"),
        ("/a/anna.html", "anna"),
        ("/doi/pdf/10.1000/j.2019.31001", "31001"),
        ("/", None),
    ],
)
def test_metadata_and_image_of_one_thing_have_the_same_object(tmp_path, path, key):
    with new_case(tmp_path) as case:
        case.execute("incidents", "macros")
        assert case.connection.execute("SELECT path_object($p)", {"p": path}).fetchall() == [(key,)]


@pytest.mark.parametrize(
    ("path", "route", "key"),
    [
        ("/v1/jobs/812", "/v1/jobs/{id}", "812"),
        ("/cdn/images/812.png", "/cdn/images/{id}.png", "812"),
        ("/api/jobs/aBcDeFgHiJk/prompt", "/api/jobs/{id}/prompt", "aBcDeFgHiJk"),  # an opaque token may happen to hold no digit
        ("/cdn/aBcDeFgHiJk/full.webp", "/cdn/{id}/full.webp", "aBcDeFgHiJk"),
        ("/image/sunset-over-lake/full.png", "/image/{id}/full.png", "sunset-over-lake"),
        ("/i/aB3x", "/i/{id}", "aB3x"),
        ("/img/7f3k2m9q/1080p.webp", "/img/{id}/{id}p.webp", "7f3k2m9q"),
        ("/img/7f3k2m9q/0.webp", "/img/{id}/{id}.webp", "7f3k2m9q"),
        ("/u/alice/photos/8120", "/u/{id}/photos/{id}", "8120"),
        ("/photo/photo7.jpg", "/photo/photo{id}.jpg", "7"),
        ("/a/812_1024x768.jpg", "/a/{id}_{id}x{id}.jpg", "812"),
        ("/x/logo.png", "(other)", "logo"),
    ],
)
def test_an_object_stands_where_its_route_has_the_id(tmp_path, path, route, key):
    with new_case(tmp_path) as case:
        case.execute("incidents", "macros")
        assert case.connection.execute("SELECT route_object($p, $r)", {"p": path, "r": route}).fetchall() == [(key,)]
