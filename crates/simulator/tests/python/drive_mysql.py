"""Reads a simulated OceanBase with a stock MySQL client, unmodified, and checks what the client makes of the answers.

Arguments: none. Environment: SQL_EAST, SQL_WEST (`host:port`), SQL_USER, SQL_PASSWORD, SIMULATOR_CONTROL, CA_FILE (may be empty).
Prints one line for each check and `all checks passed` at the end.
"""

import datetime
import json
import os
import urllib.request

import pymysql

ENV = os.environ
VIEW = "oceanbase.DBA_OB_TENANTS"


def check(what, found, expected):
    if found != expected:
        raise SystemExit(f"FAILED {what}: found {found!r}, expected {expected!r}")
    print(f"ok {what}: {found!r}")


def control(path, body):
    data = json.dumps(body).encode()
    request = urllib.request.Request(ENV["SIMULATOR_CONTROL"] + path, data=data, method="POST")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def connect(which, password=None, **more):
    host, port = ENV[which].rsplit(":", 1)
    if ENV["CA_FILE"]:
        more["ssl"] = {"ca": ENV["CA_FILE"]}
    password = ENV["SQL_PASSWORD"] if password is None else password
    return pymysql.connect(host=host, port=int(port), user=ENV["SQL_USER"], password=password, connect_timeout=10, **more)


def rows(connection, statement, arguments=None):
    with connection.cursor(pymysql.cursors.DictCursor) as cursor:
        cursor.execute(statement, arguments)
        return cursor.fetchall()


east = connect("SQL_EAST")
west = connect("SQL_WEST", database="oceanbase")
check("TLS", bool(ENV["CA_FILE"]), hasattr(west._sock, "cipher"))
east.ping()

columns = "TENANT_ID, TENANT_NAME, TENANT_ROLE, SWITCHOVER_STATUS, SWITCHOVER_EPOCH, SYNC_SCN, CREATE_TIME"
primary = rows(east, f"SELECT {columns} FROM {VIEW} WHERE TENANT_NAME = %s", ("payments",))[0]
standby = rows(west, f"SELECT {columns} FROM {VIEW} WHERE TENANT_NAME = %s", ("payments",))[0]
check("roles", [primary["TENANT_ROLE"], standby["TENANT_ROLE"]], ["PRIMARY", "STANDBY"])
check("status", standby["SWITCHOVER_STATUS"], "NORMAL")
check("types", [type(standby[c]) for c in ("TENANT_ID", "SYNC_SCN", "CREATE_TIME")], [int, int, datetime.datetime])
check("the standby is behind", primary["SYNC_SCN"] - standby["SYNC_SCN"], 200_000_000)
whole = rows(west, f"SELECT * FROM {VIEW} ORDER BY TENANT_ID")
check("all of them", [row["TENANT_NAME"] for row in whole if row["TENANT_TYPE"] == "USER"], ["payments", "orders", "ledger"])
check("nothing is null but of the system", {row["TENANT_NAME"] for row in whole if row["SYNC_SCN"] is None},
      {"sys", "META$1002", "META$1004", "META$1006"})
names = ("CREATE_TIME", "REPLAYABLE_SCN", "READABLE_SCN", "RECOVERY_UNTIL_SCN", "LOG_MODE", "COMPATIBLE")
check("columns", [name in whole[0] for name in names], [True] * len(names))

control("/console", {"tenant": "ob-west/payments", "action": "switchover"})
roles = [rows(c, f"SELECT TENANT_ROLE FROM {VIEW} WHERE TENANT_NAME = 'payments'")[0]["TENANT_ROLE"] for c in (east, west)]
check("roles after a flip", roles, ["STANDBY", "PRIMARY"])
again = rows(west, f"SELECT SWITCHOVER_EPOCH FROM {VIEW} WHERE TENANT_NAME = 'payments'")[0]
check("the epoch has grown", again["SWITCHOVER_EPOCH"] > standby["SWITCHOVER_EPOCH"], True)

for statement, code in (("UPDATE t SET a = 1", 1142), (f"SELECT NOPE FROM {VIEW}", 1054), ("SELECT * FROM nope", 1146)):
    try:
        rows(west, statement)
        raise SystemExit(f"FAILED {statement} was answered")
    except pymysql.err.MySQLError as error:
        check(statement, error.args[0], code)
try:
    connect("SQL_WEST", password="wrong")
    raise SystemExit("FAILED a wrong password was let in")
except pymysql.err.OperationalError as error:
    check("a wrong password", error.args[0], 1045)

control("/console", {"cluster": "ob-east", "down": True})
try:
    rows(east, "SELECT 1")
    raise SystemExit("FAILED a lost site answered")
except pymysql.err.OperationalError as error:
    check("a lost site", error.args[0], 2013)
check("the other site", rows(west, "SELECT 1 AS one"), [{"one": 1}])
west.close()
print("all checks passed")
