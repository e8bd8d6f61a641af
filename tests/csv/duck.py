# SPDX-License-Identifier: Apache-2.0
"""duck - the vendored DuckDB as a peer: SQL in, rows of text out."""
import ctypes
import pathlib

LIBRARY = pathlib.Path(__file__).resolve().parents[2] / "build/vendor/duckdb/libduckdb.so"


class Result(ctypes.Structure):
    """duckdb_result; only its size matters here."""
    _fields_ = [("columns", ctypes.c_uint64), ("rows", ctypes.c_uint64), ("changed", ctypes.c_uint64),
                ("data", ctypes.c_void_p), ("error", ctypes.c_char_p), ("internal", ctypes.c_void_p)]


class Duck:
    """A database in memory."""

    def __init__(self, threads=1):
        self.lib = lib = ctypes.CDLL(str(LIBRARY))
        lib.duckdb_result_error.restype = ctypes.c_char_p
        lib.duckdb_column_count.restype = lib.duckdb_row_count.restype = ctypes.c_uint64
        lib.duckdb_value_varchar.restype = ctypes.c_void_p
        lib.duckdb_value_varchar.argtypes = lib.duckdb_value_is_null.argtypes = [
            ctypes.POINTER(Result), ctypes.c_uint64, ctypes.c_uint64]
        lib.duckdb_value_is_null.restype = ctypes.c_bool
        lib.duckdb_free.argtypes = [ctypes.c_void_p]
        self.db, self.connection = ctypes.c_void_p(), ctypes.c_void_p()
        if lib.duckdb_open(None, ctypes.byref(self.db)) or \
                lib.duckdb_connect(self.db, ctypes.byref(self.connection)):
            raise RuntimeError("DuckDB does not open")
        self.rows(f"set threads = {threads}")

    def rows(self, sql):
        """All rows of a query, each a tuple of str or None; a refused query is a ValueError."""
        result = Result()
        try:
            if self.lib.duckdb_query(self.connection, sql.encode(), ctypes.byref(result)):
                raise ValueError(self.lib.duckdb_result_error(ctypes.byref(result)).decode())
            columns = self.lib.duckdb_column_count(ctypes.byref(result))
            rows = self.lib.duckdb_row_count(ctypes.byref(result))
            return [tuple(self.value(result, c, r) for c in range(columns)) for r in range(rows)]
        finally:
            self.lib.duckdb_destroy_result(ctypes.byref(result))

    def value(self, result, column, row):
        if self.lib.duckdb_value_is_null(ctypes.byref(result), column, row):
            return None
        p = self.lib.duckdb_value_varchar(ctypes.byref(result), column, row)
        try:
            return ctypes.string_at(p).decode()
        finally:
            self.lib.duckdb_free(p)

    def close(self):
        self.lib.duckdb_disconnect(ctypes.byref(self.connection))
        self.lib.duckdb_close(ctypes.byref(self.db))


def literal(text):
    """Text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
