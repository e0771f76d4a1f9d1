"""The host of a log, by its path."""

from __future__ import annotations

import pytest

from forensics.evidence.hosts import host_of


@pytest.mark.parametrize(
    "name",
    [
        "var/log/pods/ingress_traefik-7c9f-abcde_6f1d1c1e-9a4b-4a51-8a51-0f6b2c6f9a10/traefik/0.log",
        "pods/ingress_traefik-7c9f-abcde_0123/traefik/12.log.20261012-000000.gz",
        f"containers/traefik-7c9f-abcde_ingress_traefik-{'0a' * 32}.log",
    ],
)
def test_what_a_container_wrote_is_of_its_pod(name: str) -> None:
    assert host_of(name) == "traefik-7c9f-abcde"


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("shop-5d4f8c7b6-x2x9z_0.log", "shop-5d4f8c7b6-x2x9z"),
        ("logs/shop-5d4f8c7b6-x2x9z_1.log.gz", "shop-5d4f8c7b6-x2x9z"),
        ("default_shop-x2x9z_6f1d1c1e-9a4b-4a51-8a51-0f6b2c6f9a10_nginx_1.log", "shop-x2x9z"),
        ("web_0.log", "web_0"),
        ("web_1.log", "web_1"),
        ("shop-22222_0.log", "shop-22222_0"),
        ("edge-1/access.log.2.gz", "edge-1"),
        ("edge-1-access.log-20240302", "edge-1"),
        ("access.log", "access"),
        ("web-2.access.log.1", "web-2"),
        ("access-3.log", "access-3"),
        ("edge-1/access-0.log", "edge-1"),
        ("edge-1/access_log_2.gz", "edge-1"),
        ("case/access-0.log", "case"),
        ("3/access.log", "3"),
        ("node-a/caddy-json.log.20251103.gz", "node-a"),
        ("app1/localhost_access_log.2024-03-02.txt", "app1"),
        ("logs/web-a/access.json-20260112.gz", "web-a"),
        ("nginx-b-access.log.2.gz", "nginx-b"),
        ("a/access.log", "a"),
        ("haproxy.log", "haproxy"),
        ("proxy-2/haproxy.log.1", "proxy-2"),
        ("web1/nginx/shop-access.log.2.gz", "web1/shop"),
        ("web-02.shop.example/shop-access.log", "web-02.shop.example"),
        ("app/renders-api-1/app-2026-05-03.ndjson.gz", "renders-api-1/app"),
        ("svc-cart/app-20260503.log.gz", "svc-cart/app"),
        ("logs/payment/logs/service.log", "payment/service"),
        ("payment-app/app.log", "payment-app"),
        ("day2/app.log", "app"),
        ("dt=2026-05-03/app.log", "app"),
        ("logs/2026-05-03/app.log.1", "app"),
        ("node-3/node.log", "node-3"),
        ("march/edge-1.log", "edge-1"),
        ("day1/edge.log", "edge"),
        ("case-2/shop.log", "shop"),
        ("s3/my-bucket/edge.log", "edge"),
        ("NASA_access_log_Jul95.gz", "NASA"),
        ("NASA_access_log_Aug95.gz", "NASA"),
        ("access_log_Aug28", "access_log"),
        ("clarknet_access_log_Sep4", "clarknet"),
        ("shop-access.2024-July.log", "shop"),
        ("shop-28Jul1995.log", "shop"),
        ("dec1-access.log", "dec1"),
        ("march-2.log", "march-2"),
        ("wc_day46_3.log", "wc"),
        ("10.0.1.7/access.log", "10.0.1.7"),
        ("10.0.1.8/nginx/access.log.3.gz", "10.0.1.8"),
        ("access-192.0.2.12.log", "192.0.2.12"),
        ("access.log.192.0.2.13", "192.0.2.13"),
        ("i-0abcdef1709337600/access.log", "i-0abcdef1709337600"),
        ("vm-123456/access.log", "vm-123456"),
        ("edge-240302.log", "edge"),
        ("web.2/access.log.2", "web.2"),
        ("web1/proxy/access.log", "web1/proxy"),
        ("web1/3/access.log", "web1/3"),
        ("berlin/opt/shop/logs/access.log", "berlin/shop"),
        ("paris/srv/www/shop.example/logs/access.log", "paris/shop.example"),
        ("web1.shop.example/opt/shop/logs/access.log", "web1.shop.example"),
        ("var/log/nginx/shop/access.log", "shop"),
        ("evidence/var/log/shop/access.log", "shop"),
    ],
)
def test_a_host_is_what_the_name_says_beside_the_words_that_all_logs_share(name: str, host: str) -> None:
    assert host_of(name) == host


@pytest.mark.parametrize(
    "name",
    [
        *("2024/05/10/edge.log", "2024/05/10/07/edge.log", "05/10/edge.log", "0510/edge.log", "2024-05/edge.log", "202405/edge.log"),
        *("24-05-10/edge.log", "10-05-2024/edge.log", "edge_10.05.2024.log", "edge-access-10-05-2024.log.gz", "edge.log.2024-W19"),
        *("may/edge.log", "Monday/edge.log", "edge-access.mon.log", "edge.log.Tue", "edge-2024-05-10T07:00:00+02:00.log"),
        *("edge/2024/05/10/access.log", "edge/dt=2024-05-10/hour=07/part-00000-3f2b1c4d-1111-2222-3333-444455556666.c000.json"),
        *("edge/date=2024-05-10/hr=07/000012_0.gz", "edge/2024-05/access.log", "edge/friday/access.log", "edge/000012.gz"),
    ],
)
def test_a_date_is_no_host(name: str) -> None:
    assert host_of(name) == "edge"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10.0.0.1-shop-access.log", "10.0.0.1-blog-access.log"),
        ("10.0.0.1_8080.log", "10.0.0.1_8081.log"),
        ("10.0.0.1_8080/shop-access.log", "10.0.0.1_8081/shop-access.log"),
        ("i-0abc12345-shop.log", "i-0abc12345-blog.log"),
        ("1101/access.log", "1102/access.log"),
        ("stores/0412/access.log", "stores/1205/access.log"),
        ("tenants/1001/1205/access.log", "tenants/1001/1206/access.log"),
        ("tenants/1001/2024/12/05/access.log", "tenants/1002/2024/12/05/access.log"),
        ("racks/05/10/access.log", "racks/05/11/access.log"),
        ("h=web1/access.log", "h=web2/access.log"),
        ("h=10.0.0.1/access.log", "h=10.0.0.2/access.log"),
        ("m=7a/access.log", "m=7b/access.log"),
        ("blog-mon.log", "blog-fri.log"),
        ("catalog-sun", "catalog-sat"),
        ("nginx-192.0.2.12.log", "nginx-192.0.2.13.log"),
        ("access.log.198.51.100.7", "access.log.198.51.100.8"),
    ],
)
def test_what_may_be_two_machines_is_two_hosts(one: str, other: str) -> None:
    assert host_of(one) != host_of(other)


@pytest.mark.parametrize(
    ("names", "host"),
    [
        (
            ("192.0.2.11-access.log.1", "192.0.2.11-access.log-20240302.gz", "192.0.2.11_access_log_2.gz", "192.0.2.11-logs/access.log"),
            "192.0.2.11",
        ),
        (("10.0.0.1-shop-access.log", "10.0.0.1-shop.log.2.gz", "2024-03-02-10.0.0.1-shop.log"), "10.0.0.1-shop"),
        (("access.log", "access.log.24.03.02.00", "access.log.24.03.02.01", "access.log.24.10.12.23", "access-mon.log"), "access"),
        (("haproxy-2.8.3.1.log", "haproxy-2.8.3.1.log.1.gz"), "haproxy-2"),
        (("2024-03-02.log", "2024-03-03.log.gz", "02-03-2024.log", "logs/2024-03-02.log", "20240302T07.gz"), "log"),
        (("nc240302.log", "nc240303.log"), "nc"),
        (
            ("edge/d=Monday/access.log", "edge/m=jan/access.log", "edge/week=W19/access.log", "edge/ts=2024-05-10 07%3A00%3A00/access.log"),
            "edge",
        ),
        (("web-1/2024/0510/access.log", "web-1/y=2024/05/10/access.log"), "web-1"),
    ],
)
def test_what_is_one_machine_is_one_host(names: tuple[str, ...], host: str) -> None:
    assert {host_of(name) for name in names} == {host}


AWS = "AWSLogs/123456789012/elasticloadbalancing/eu-west-1/2024/05/10/"


@pytest.mark.parametrize(
    ("name", "host"),
    [
        (f"{AWS}123456789012_elasticloadbalancing_eu-west-1_app.img.50dc6c495c0c9188_20240510T0055Z_192.0.2.1_2hx5kq3n.log.gz", "img"),
        (f"{AWS}123456789012_elasticloadbalancing_eu-west-1_app.prod.50dc6c495c0c9188_20240510T0055Z_192.0.2.1_2hx5kq3n.log.gz", "prod"),
        ("123456789012_elasticloadbalancing_us-east-1_my-classic_20240510T2340Z_192.000.002.001_20sg8hgm.log", "my-classic"),
        ("123456789012_waflogs_us-east-1_acl_20240510T0000Z_ab12cd34.log.gz", "acl"),
        ("cdn/EMLARXS9EXAMPLE.2024-05-10-07.1a2b3c4d.gz", "EMLARXS9EXAMPLE"),
        ("s3/my-bucket/2024-05-10-07-12-33-AB12CD34EF56AB78", "my-bucket"),
        ("zone-x/20240510T000000Z_20240510T001500Z_abcdef12.log.gz", "zone-x"),
        ("img-lb/requests/2024/05/10/00:00:00_00:59:59_S0.json", "img-lb"),
        ("PROVIDERS/MICROSOFT.NETWORK/APPLICATIONGATEWAYS/GW1/y=2024/m=05/d=10/h=00/m=00/PT1H.json", "GW1"),
        ("service-7/2024-05-10T00:00:00.000-AbCdEfGhIjKlMnOpQrSt.log.gz", "service-7"),
        ("ak-12345-1715299200-123456-ds.gz", "ak-12345"),
        ("stream-1-2024-05-10-00-05-00-3f2b1c4d-1111-2222-3333-444455556666", "stream-1"),
        ("edge-3/access.log-1709337600.gz", "edge-3"),
        ("web-1/2024/05/10/access.log.gz", "web-1"),
    ],
)
def test_of_a_log_that_a_service_delivers_in_many_files_the_resource_is_the_host(name: str, host: str) -> None:
    assert host_of(name) == host


@pytest.mark.parametrize(
    ("names", "host"),
    [
        (("2024-05-10-07-12-33-AB12CD34EF56AB78", "logs/2024-05-10-07-12-40-0012CD34EF56AB78"), "s3"),
        (
            (
                "20240510T000000Z_20240510T001500Z_abcdef12.log.gz",
                "http_requests/20240510/20240510T001500Z_20240510T003000Z_abcdef13.log.gz",
            ),
            "cloudflare",
        ),
        (("requests/00:00:00_00:59:59_S0.json", "01:00:00_01:59:59_S0.json"), "gcp"),
        (("y=2024/m=05/d=10/h=00/m=00/PT1H.json", "PT1H.json"), "azure"),
        (("EMLARXS9EXAMPLE.2024-05-10-20.RT4KCN4SGK9.gz", "EMLARXS9EXAMPLE.2024-05-10-21.1a2b3c4d.gz"), "EMLARXS9EXAMPLE"),
    ],
)
def test_thousands_of_files_that_a_service_delivers_are_not_as_many_hosts(names: tuple[str, ...], host: str) -> None:
    """Where no folder says what the resource is called, all of them are of the service."""
    assert {host_of(name) for name in names} == {host}


@pytest.mark.parametrize(
    "file",
    ["u_ex260601.log", "u_ex26060109.log", "u_ex26060109_x.log", "u_extend12.log", "ex260601.log", "u_ex2606.log.gz"],
)
def test_of_an_iis_log_by_the_month_the_day_the_hour_or_the_size_the_machine_is_the_host(file: str) -> None:
    assert host_of(f"WEB01/LogFiles/W3SVC1/{file}") == "WEB01"
    assert host_of(f"inetpub/logs/LogFiles/W3SVC2/{file}") == "W3SVC2"
    assert host_of(file) in {"u_ex", "u_extend", "ex"}
