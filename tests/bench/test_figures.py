"""What `make bench` writes, and the company that it measures on."""

import orjson
import pytest

from bench.figures import Figure, as_json, as_table, percentile
from bot.config.load import load
from manifests.bench import generate

FIGURES = [
    Figure("click to ack, p99", 12.3456, "ms", "reach 50"),
    Figure("alerts accepted", 4321.0, "/s", "reach 4,000"),
]


def test_the_file_holds_name_value_unit_and_reference_of_each_figure() -> None:
    assert orjson.loads(as_json(FIGURES)) == [
        {"name": "click to ack, p99", "value": 12.35, "unit": "ms", "reference": "reach 50"},
        {"name": "alerts accepted", "value": 4321.0, "unit": "/s", "reference": "reach 4,000"},
    ]


def test_the_table_shows_each_figure_beside_its_reference() -> None:
    assert as_table(FIGURES).splitlines() == [
        "what                 value  unit  reference",
        "click to ack, p99     12.3  ms    reach 50",
        "alerts accepted    4,321.0  /s    reach 4,000",
    ]


@pytest.mark.parametrize(("share", "value"), [(0.0, 1), (0.5, 50), (0.99, 99), (0.991, 100), (1.0, 100)])
def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed(share: float, value: float) -> None:
    assert percentile(range(1, 101), share) == value


def test_the_bench_company_is_what_its_script_writes_and_has_no_mistakes() -> None:
    written = {"company": generate.company(), "on_call": generate.on_call()}
    assert all((generate.HERE / f"{name}.yml").read_text() == text for name, text in written.items())
    assert load(generate.HERE).problems == ()
