"""A Neo4j server as a store: version 5.26 or later, spoken to over Bolt.

Reading runs in sessions of READ access, so the server itself refuses what writes; only `write`, which
`kg.load` calls, does not. Nodes and edges are ours if they have a label or type of the schema and what
it requires of all: what else lies in the database is neither read nor touched.
"""

from __future__ import annotations

import getpass
import logging
import os
import ssl
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, LiteralString, Self, cast
from urllib.parse import parse_qsl, urlsplit

import neo4j
from neo4j import exceptions, graph
from neo4j.time import Date, DateTime, Duration, Time

from kg._version import __version__
from kg.errors import KGError, QueryError, StoreError, UsageError, nearest
from kg.schema import EdgeType, NodeType, Property, schema
from kg.stores.base import Row, loads_csv

# Else what the driver logs of an error would stand on stderr, beside the line that we make of it.
logging.getLogger("neo4j").addHandler(logging.NullHandler())

SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
_FETCH = 2_000  # rows that the server sends at once
_CONNECT = 10.0  # seconds


class UnreachableError(StoreError):
    """The server does not answer, or no more."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is.

    Attributes:
        uri: scheme, host and port, nothing else.
        database: its name on that server.
    """

    uri: str
    database: str

    @classmethod
    def of(cls, text: str) -> Address:
        """Read `neo4j://HOST:PORT?database=NAME`; without a name it is NEO4J_DATABASE, else "neo4j".

        Raises:
            UsageError: if it is of another form, or holds a user or a password (which is not repeated).
        """
        if "@" in text:
            raise UsageError(
                "a server's address holds no user and no password: set NEO4J_USERNAME and NEO4J_PASSWORD"
            )
        form = f"expected SCHEME://HOST:PORT?database=NAME with a scheme of {', '.join(SCHEMES)}"
        try:
            parts = urlsplit(text)
            port = "" if parts.port is None else f":{parts.port}"
        except ValueError as error:
            # Not repeated: whoever writes neo4j://user:password has a password in the port's place.
            raise UsageError(f"the port of the server's address is no number; {form}") from error
        if parts.scheme not in SCHEMES or not parts.hostname or parts.path.strip("/") or parts.fragment:
            raise UsageError(
                f"{parts.scheme}: is no server's address; {form}.{nearest(parts.scheme, SCHEMES)}"
            )
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        database = options.pop("database", "") or os.environ.get("NEO4J_DATABASE") or "neo4j"
        if options:
            raise UsageError(
                f"only 'database' may follow the question mark, not {', '.join(options)}; {form}"
            )
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        return cls(f"{parts.scheme}://{host}{port}", database)

    def __str__(self) -> str:
        return f"database {self.database!r} at {self.uri}"


class Neo4jStore:
    """A database of a Neo4j server; reading is safe from several threads at once.

    Attributes:
        address: where the database is.
    """

    name = "neo4j"

    def __init__(self, driver: neo4j.Driver, address: Address) -> None:
        self._driver = driver
        self.address = address

    @classmethod
    def connect(cls, uri: str, *, patience: float = 30.0) -> Neo4jStore:
        """Connect to `neo4j://HOST:PORT?database=NAME` (likewise +s, +ssc, bolt).

        The user is NEO4J_USERNAME, else "neo4j"; the password NEO4J_PASSWORD, else asked for on a terminal.

        Args:
            uri: the address, without user and password.
            patience: seconds for which what failed is tried again while the server is away or busy.

        Raises:
            UsageError: if the address is of another form, or there is no password.
            StoreError: if the server or database cannot be reached, or refuses the password.
        """
        address = Address.of(uri)
        user = os.environ.get("NEO4J_USERNAME") or "neo4j"
        driver = neo4j.GraphDatabase.driver(
            address.uri,
            auth=(user, _password(user, address)),
            user_agent=f"methodkg/{__version__}",
            connection_timeout=_CONNECT,
            max_transaction_retry_time=patience,
            # Its advice on absent labels goes to the log, where an empty graph would look broken.
            notifications_min_severity="OFF",
        )
        store = cls(driver, address)
        try:
            # Not in a managed transaction: a server that is not there should be said at once.
            with store._errors(), store._session() as session:
                session.run("RETURN 1").consume()
        except BaseException:
            driver.close()
            raise
        return store

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Neo4jStore, {self.address}>"

    def cypher(
        self, query: str, params: Mapping[str, Any] | None = None, *, timeout: float | None = None
    ) -> list[Row]:
        """See `Store.cypher`."""
        return self.table(query, params, timeout=timeout)[1]

    def table(
        self, query: str, params: Mapping[str, Any] | None = None, *, timeout: float | None = None
    ) -> tuple[list[str], list[Row]]:
        """Do as `cypher`; return the names of the columns, which are there without rows too, and the rows."""
        if loads_csv(query):
            # Read access stops writing to the graph, not reading of the server's files.
            raise QueryError("LOAD CSV reads files of the server and is refused")

        return self._table(query, params, timeout, neo4j.READ_ACCESS)

    def write_table(
        self, query: str, params: Mapping[str, Any] | None = None, *, timeout: float | None = None
    ) -> tuple[list[str], list[Row]]:
        """See `Writable.write_table`; the query may be run again where the server says so."""
        return self._table(query, params, timeout, neo4j.WRITE_ACCESS)

    def _table(
        self, query: str, params: Mapping[str, Any] | None, timeout: float | None, access: str
    ) -> tuple[list[str], list[Row]]:
        # The server would take 0 for "no limit".
        @neo4j.unit_of_work(timeout=None if timeout is None else max(timeout, 0.001))
        def work(tx: neo4j.ManagedTransaction) -> tuple[list[str], list[Row]]:
            result = tx.run(_literal(query), dict(params or {}))
            columns = list(result.keys())
            return columns, [dict(zip(columns, map(_plain, r.values()), strict=True)) for r in result]

        with self._errors(timeout), self._session(access) as session:
            execute = session.execute_read if access == neo4j.READ_ACCESS else session.execute_write
            return execute(work)

    def write(self, query: str, params: Mapping[str, Any] | None = None) -> list[Row]:
        """Run a writing query, as loading a graph does; it is tried again where the server says so.

        Raises:
            StoreError: if the server cannot be reached.
            QueryError: if the server refuses it.
        """
        return self.write_table(query, params)[1]

    def nodes(self, label: str | None = None) -> Iterator[Row]:
        """See `Store.nodes`; streams."""
        for name, node in schema().nodes.items():
            if label in (None, name):
                yield from self._stream(name, _nodes_query(node))

    def edges(self, edge_type: str | None = None) -> Iterator[Row]:
        """See `Store.edges`; streams."""
        for name, edge in schema().edges.items():
            if edge_type in (None, name):
                yield from self._stream(name, _edges_query(edge))

    def _stream(self, name: str, query: str) -> Iterator[Row]:
        with self._errors(), self._session() as session:
            result = session.run(_literal(query))
            columns = ("type", *result.keys())
            for record in result:
                yield dict(zip(columns, (name, *record.values()), strict=True))

    def close(self) -> None:
        """See `Store.close`."""
        self._driver.close()

    def _session(self, access: str = neo4j.READ_ACCESS) -> neo4j.Session:
        return self._driver.session(
            database=self.address.database, default_access_mode=access, fetch_size=_FETCH
        )

    @contextmanager
    def _errors(self, timeout: float | None = None) -> Iterator[None]:
        """Turn the driver's errors into ours."""
        try:
            yield
        except (exceptions.Neo4jError, exceptions.DriverError) as error:
            raise _error(error, self.address, timeout) from error
        except (OverflowError, TypeError, UnicodeError, ValueError) as error:
            if isinstance(error, KGError):
                raise
            # A parameter that Bolt cannot carry.
            raise QueryError(f"a parameter cannot be sent to Neo4j: {error}") from error


def ours_node(label: str) -> str:
    """Return the Cypher that matches the nodes of ours: of the label, with what the schema requires of all.

    Ids are texts, so each is at least '': said so, the index on the id gives them in order.
    """
    return f"MATCH (n:`{label}`) WHERE n.id >= '' AND n.search_text IS NOT NULL"


def ours_edge(edge: EdgeType) -> str:
    """Return the Cypher that matches the edges of ours as `r`, from `a` to `b`; see `ours_node`."""
    ends = " AND ".join(
        f"any(l IN labels({end}) WHERE l IN {list(labels)})"
        for end, labels in (("a", edge.subjects), ("b", edge.objects))
    )
    # With labels in the pattern the server would start from nodes, and sort all edges before the first.
    found = f"MATCH ()-[r:`{edge.name}`]->() WHERE r.id >= '' AND r.origin IS NOT NULL"
    return f"{found} WITH r, startNode(r) AS a, endNode(r) AS b WHERE {ends}"


def _literal(text: str) -> LiteralString:
    """Pass a query to the driver, which asks for literals so that nobody pastes user input into them.

    Audited: what comes here is a query file, a statement made of the schema's names alone, or a query that
    the user wrote as such and that runs with the user's own rights. Values always travel as parameters.
    """
    return cast(LiteralString, text)  # type: ignore[redundant-cast] # mypy has no type of its own for it


def _password(user: str, address: Address) -> str:
    password = os.environ.get("NEO4J_PASSWORD")
    if password is None and sys.stdin.isatty() and sys.stderr.isatty():
        password = getpass.getpass(f"Password of user {user!r} at {address.uri}: ")
    if password is None:
        raise UsageError(f"{address.uri}: there is no password; set NEO4J_PASSWORD (and NEO4J_USERNAME)")
    return password


def _columns(variable: str, properties: Mapping[str, Property]) -> str:
    """Return what to return of a node or edge: every property of the schema, in its type."""
    out = []
    for name, prop in properties.items():
        value = f"{variable}.`{name}`"
        if prop.multivalued:
            value = f"coalesce({value}, [])"
        elif prop.range == "double":
            value = f"toFloat({value})"
        out.append(f"{value} AS `{name}`")
    return ", ".join(out)


def _nodes_query(node: NodeType) -> str:
    return f"{ours_node(node.name)} RETURN {_columns('n', node.properties)} ORDER BY n.id"


def _edges_query(edge: EdgeType) -> str:
    label = "head([l IN labels({0}) WHERE l IN {1}])"
    ends = (
        f"a.id AS `from`, b.id AS to, {label.format('a', list(edge.subjects))} AS from_type, "
        f"{label.format('b', list(edge.objects))} AS to_type"
    )
    return f"{ours_edge(edge)} RETURN {ends}, {_columns('r', edge.properties)} ORDER BY r.id"


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a query returns
    """Return a value as the embedded store returns it, fit for JSON."""
    if isinstance(value, graph.Node):
        return {"id": value.element_id, "labels": sorted(value.labels), "properties": _plain(dict(value))}
    if isinstance(value, graph.Relationship):
        ends = {
            key: node.element_id if node else None
            for key, node in (("start", value.start_node), ("end", value.end_node))
        }
        return {"id": value.element_id, **ends, "type": value.type, "properties": _plain(dict(value))}
    if isinstance(value, graph.Path):
        return {"nodes": _plain(list(value.nodes)), "relationships": _plain(list(value.relationships))}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Date | DateTime | Duration | Time):
        return value.iso_format()
    return list(value) if isinstance(value, tuple) else value  # a point is a tuple of coordinates


def _distrust(error: BaseException | None) -> str:
    """Return why a certificate was refused, where that is what led to an error; else nothing."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, BaseExceptionGroup):
        return next(filter(None, map(_distrust, error.exceptions)), "")
    return _distrust(error.__cause__) if error else ""


def _error(error: Exception, address: Address, timeout: float | None) -> KGError:
    """Return ours for an error of the driver or the server: one line, without the user and password."""
    code = getattr(error, "code", None) or ""
    # The drivers before 6 warn where the message of another error than the server's is read.
    message = error.message if isinstance(error, exceptions.Neo4jError) else None
    said = " ".join(str(message or error).split())
    if isinstance(error, exceptions.AuthError):
        if "RateLimit" in code:
            return StoreError(f"{address.uri}: too many wrong passwords; wait some seconds and try again")
        return StoreError(
            f"{address.uri}: the user or password was refused; check NEO4J_USERNAME and NEO4J_PASSWORD"
        )
    if "CredentialsExpired" in code:
        return StoreError(f"{address.uri}: the password must be changed first; do so in cypher-shell")
    if "DatabaseNotFound" in code:
        return StoreError(
            f"{address.uri}: there is no database {address.database!r}; name one with ?database="
        )
    if "TransactionTimedOut" in code:
        limit = "the server's time limit" if timeout is None else f"{timeout:g} seconds"
        return QueryError(f"the query took longer than {limit}")
    if code.endswith("AccessMode"):
        return QueryError("the query writes; the graph is open for reading only")
    if code.startswith("Neo.ClientError"):
        return QueryError(said)
    if isinstance(error, exceptions.ServiceUnavailable | exceptions.SessionExpired):
        if distrust := _distrust(error):
            return StoreError(
                f"{address.uri}: the server's certificate is not trusted ({distrust}); name the file of one "
                "to trust in SSL_CERT_FILE, or write +ssc, which takes any"
            )
        # The drivers before 6 do not say why there is no route.
        trusted = " and its certificate trusted" if urlsplit(address.uri).scheme.endswith("+s") else ""
        return UnreachableError(
            f"{address.uri}: the server does not answer ({said:.300}); is it running{trusted}?"
        )
    return StoreError(f"{address}: {said:.300}")
