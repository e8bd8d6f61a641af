# SPDX-License-Identifier: Apache-2.0
"""data - the files a bench works on, made from the retail example's own rows."""
import importlib.util
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
RETAIL = ROOT / "docs/examples/retail"


def generator():
    spec = importlib.util.spec_from_file_location("generate", RETAIL / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_clean_sales(path, rows):
    """Good rows only, since psql's \\copy ends at the first bad one."""
    gen = generator()
    block = [text for text, fault in gen.sales_block() if fault is None]
    with open(path, "w", encoding="utf-8", newline="") as out:
        out.write(",".join(gen.HEADER) + "\n")
        for start in range(0, rows, len(block)):
            part = block[:rows - start]
            out.write("".join([f"{start + i + 1}{text}" for i, text in enumerate(part)]))
