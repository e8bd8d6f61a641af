# SPDX-License-Identifier: Apache-2.0
"""test_package - data packages as contracts: which resource is meant, and the files it names."""
import json

import pytest

ORDERS = {"fields": [{"name": "id", "type": "integer"}, {"name": "code"}],
          "foreignKeys": [{"fields": "code", "reference": {"resource": "codes", "fields": "code"}}]}
CODES = {"fields": [{"name": "code"}, {"name": "text"}]}


def package(place, **orders):
    """A package of two resources in a directory of its own, beside the file."""
    (place.path / "p" / "data").mkdir(parents=True)
    place.write("p/data/codes.csv", "code,text\nA,first\n")
    place.write("p/orders.schema.json", json.dumps(ORDERS))
    orders = {"name": "orders", "path": "data/orders.csv", "schema": ORDERS, **orders}
    place.write("p/datapackage.json", json.dumps({"name": "shop", "resources": [
        {"name": "codes", "path": "data/codes.csv", "schema": CODES}, orders]}))
    place.write("orders.csv", "id,code\n1,A\n2,B\n")
    return "p/datapackage.json"


@pytest.mark.parametrize("schema", [ORDERS, "orders.schema.json"])
def test_the_resource_of_the_files_name(place, schema):
    contract = package(place, schema=schema)
    done = place.run("check", "orders.csv", "-c", contract)
    assert "2 in = 1 good" in done.out and "foreign_key" in done.out
    place.write("codes.csv", "code,text\nA,first\n")
    assert place.run("check", "codes.csv", "-c", contract).code == 0


def test_a_resource_by_its_name(place):
    contract = package(place)
    place.write("new.csv", "id,code\n1,A\n")
    done = place.run("check", "new.csv", "-c", contract)
    assert done.code == 78 and "#NAME" in done.err and "codes, orders" in done.err
    assert place.run("check", "new.csv", "-c", f"{contract}#orders").code == 0
    done = place.run("check", "new.csv", "-c", f"{contract}#order")
    assert done.code == 78 and 'no resource "order", but codes, orders' in done.err


@pytest.mark.parametrize("schema, words", [
    ("../orders.schema.json", 'without ".."'), ("/etc/hostname", "below the document"),
    ("https://example.org/schema.json", "is a URL"), ("none.json", "No such file")])
def test_what_lies_elsewhere_is_not_read(place, schema, words):
    done = place.run("check", "orders.csv", "-c", package(place, schema=schema))
    assert done.code == 78 and words in done.err


def test_a_foreign_key_names_a_resource(place):
    wrong = {**ORDERS, "foreignKeys": [{"fields": "code", "reference": {"resource": "data/codes.csv", "fields": "code"}}]}
    done = place.run("check", "orders.csv", "-c", package(place, schema=wrong))
    assert done.code == 78 and 'no resource "data/codes.csv", but codes, orders' in done.err
