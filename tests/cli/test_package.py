# SPDX-License-Identifier: Apache-2.0
"""test_package - data packages as contracts: which resource is meant, and the files it names."""
import gzip
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


@pytest.mark.parametrize("file, paths, found", [
    ("sales.csv.gz", ["other.csv", "sales.csv"], 1), ("sales.csv.zst", ["other.csv", "d/sales.csv"], 1),
    ("sales.csv.GZ", ["other.csv", "sales.csv"], 1), ("sales.csv.gz", ["sales.csv", "sales.csv.gz"], 1),
    ("sales.csv", ["sales.csv.gz", "sales.csv"], 1), ("sales.csv", ["other.csv", "sales.csv.gz"], None),
    ("sales.csv.gz", ["a/sales.csv.gz", "b/sales.csv.gz", "sales.csv"], None),
    ("sales.csv.gz", ["a/sales.csv", "b/sales.csv"], None), ("sales.csv.gz.gz", ["other.csv", "sales.csv"], None),
    ("sales.csv.bz2", ["other.csv", "sales.csv"], None), (".gz", ["a.csv", "b.csv"], None)])
def test_the_resource_of_a_packed_file(place, file, paths, found):
    """The whole name first, then without the ending; what is found takes the header, the others do not."""
    place.write(file, gzip.compress(b"id\n1\n"))
    place.write("p.json", json.dumps({"resources": [
        {"name": f"r{i}", "path": path, "schema": {"fields": [{"name": "id" if i == found else "none"}]}}
        for i, path in enumerate(paths)]}))
    done = place.run("check", file, "-c", "p.json")
    assert done.code == (78 if found is None else 0), done
    assert ("#NAME" in done.err) == (found is None)


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
