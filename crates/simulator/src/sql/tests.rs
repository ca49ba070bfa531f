//! Statements on the views, without a connection.
//! It must not test the protocol.

use super::evaluate::Cell;
use super::select::{Outcome, run};
use crate::gateway::Inner;
use crate::scenario::two_sites;
use crate::switches::Switches;

fn ask(statement: &str) -> Result<Vec<Vec<Option<String>>>, u16> {
    let inner = Inner::new(two_sites(), Switches::default()).expect("scenario");
    match inner.with(|gate| run(&gate.world, "ob-west", statement)) {
        Ok(Outcome::Rows { rows, .. }) => Ok(rows.iter().map(|row| row.iter().map(Cell::text).collect()).collect()),
        Ok(Outcome::Done) => Ok(Vec::new()),
        Err(told) => Err(told.code),
    }
}

fn words(statement: &str) -> Vec<String> {
    let rows = ask(statement).unwrap_or_else(|code| panic!("{statement}: {code}"));
    rows.into_iter()
        .map(|row| {
            row.into_iter()
                .map(|cell| cell.unwrap_or_else(|| "NULL".into()))
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect()
}

#[test]
fn tenants_are_read_chosen_and_sorted() {
    let all = words("SELECT TENANT_ID, TENANT_NAME, TENANT_ROLE FROM oceanbase.DBA_OB_TENANTS");
    assert_eq!(all.len(), 7, "sys, and two for each tenant");
    assert_eq!(all[0], "1 sys PRIMARY");
    assert_eq!(all[2], "1002 payments STANDBY");
    let user = "FROM oceanbase.DBA_OB_TENANTS WHERE TENANT_TYPE = 'USER'";
    assert_eq!(
        words(&format!("select tenant_name {user} order by tenant_name desc limit 2")),
        ["payments", "orders"]
    );
    assert_eq!(
        words(&format!("SELECT COUNT(*) {user} AND TENANT_ID IN (1002, 1004)")),
        ["2"]
    );
    assert_eq!(
        words(&format!(
            "SELECT t.TENANT_NAME {} AND t.TENANT_NAME LIKE 'o%'",
            user.replace("TENANTS", "TENANTS t")
        )),
        ["orders"]
    );
    assert_eq!(
        words(&format!("SELECT SYNC_SCN - READABLE_SCN {user} LIMIT 1")),
        ["100000000"]
    );
    assert_eq!(
        words("SELECT TENANT_NAME FROM DBA_OB_TENANTS WHERE SYNC_SCN IS NULL AND TENANT_ID = 1"),
        ["sys"]
    );
    assert_eq!(
        words("SELECT * FROM oceanbase.`DBA_OB_TENANTS` WHERE NOT (TENANT_ID < 1006) AND TENANT_ID <> 1007").len(),
        1
    );
}

#[test]
fn the_other_views_and_what_clients_ask_when_they_connect() {
    assert_eq!(
        words("SELECT TENANT_ID, SYNC_STATUS FROM oceanbase.V$OB_LS_LOG_RESTORE_STATUS")[0],
        "1002 NORMAL"
    );
    assert_eq!(
        words("SELECT SERVICE_NAME FROM oceanbase.CDB_OB_SERVICES")[1],
        "svc_orders"
    );
    assert_eq!(
        words("SELECT TYPE FROM oceanbase.CDB_OB_LOG_RESTORE_SOURCE")[0],
        "SERVICE"
    );
    assert_eq!(
        words("SELECT VALUE FROM oceanbase.GV$OB_PARAMETERS WHERE NAME = 'cluster_id'"),
        ["2"]
    );
    assert_eq!(words("SELECT @@max_allowed_packet,@@wait_timeout"), ["16777216 28800"]);
    assert_eq!(words("SELECT 1"), ["1"]);
    assert_eq!(words("SELECT NOW(6)")[0].len(), "2024-07-23 17:42:34.056000".len());
    for said in [
        "SET NAMES utf8mb4",
        "SET AUTOCOMMIT = 0",
        "USE oceanbase",
        "COMMIT",
        "START TRANSACTION",
        "ROLLBACK",
    ] {
        assert_eq!(ask(said), Ok(Vec::new()), "{said}");
    }
}

#[test]
fn what_is_not_served_is_told_and_nothing_is_changed() {
    assert_eq!(ask("ALTER SYSTEM ACTIVATE STANDBY TENANT = payments"), Err(1064));
    for (statement, code) in [
        ("UPDATE oceanbase.DBA_OB_TENANTS SET TENANT_ROLE = 'PRIMARY'", 1142),
        ("DROP TABLE x", 1142),
        ("SELECT NOTHING FROM oceanbase.DBA_OB_TENANTS", 1054),
        ("SELECT * FROM oceanbase.OTHER", 1146),
        ("SELECT * FROM mysql.DBA_OB_TENANTS", 1146),
        ("SELECT SLEEP(1)", 1235),
        ("SELECT 1; SELECT 2", 1235),
        ("SELEC 1", 1064),
    ] {
        assert_eq!(ask(statement), Err(code), "{statement}");
    }
}
