//! The views that are read, and what their rows say (`docs/vendors/ocp.md#sql`).
//! It must not fill in what a row does not say.

use super::SqlError;
use super::session::Rows;
use crate::set::role::{Role, Shown, Switching};
use jiff::Timestamp;
use std::collections::HashMap;

/// All that one database shows.
pub(crate) type Tenants = HashMap<i64, Shown>;

pub(super) const TENANTS: &str = "oceanbase.DBA_OB_TENANTS";
pub(super) const COLUMNS: &[&str] = &[
    "TENANT_ID",
    "TENANT_NAME",
    "CREATE_TIME",
    "STATUS",
    "TENANT_ROLE",
    "SWITCHOVER_STATUS",
    "SWITCHOVER_EPOCH",
    "SYNC_SCN",
];

pub(super) const RESTORE: &str = "oceanbase.V$OB_LS_LOG_RESTORE_STATUS";
pub(super) const RESTORE_COLUMNS: &[&str] = &["TENANT_ID", "SYNC_STATUS"];

/// No word of a row is longer, in bytes.
const WORD: usize = 512;

/// What belongs to the database itself, and to each tenant beside it, is no tenant of anybody.
fn internal(name: &str) -> bool {
    name == "sys" || name.starts_with("META$")
}

/// The tenants of users. A row that cannot be read costs only its own tenant.
pub(super) fn tenants(rows: Rows, read_at: Timestamp) -> Result<Tenants, SqlError> {
    let mut all = Tenants::new();
    for row in rows {
        if row.iter().flatten().any(|value| value.len() > WORD) {
            continue;
        }
        let Ok([id, name, created, status, role, switchover, epoch, scn]) = <[Option<String>; 8]>::try_from(row) else {
            return Err(SqlError::odd(
                "a row of the tenants has other columns than were asked for",
            ));
        };
        let (Some(ob_tenant), Some(name)) = (id.and_then(|id| id.parse().ok()), name) else {
            continue;
        };
        if internal(&name) {
            continue;
        }
        let word = |word: Option<String>| word.unwrap_or_default();
        let (role_word, switchover) = (word(role), word(switchover));
        let shown = Shown {
            ob_tenant,
            name,
            created: word(created),
            // Without a number there is no revision, and without that nothing is known of what happened in between.
            role: match (epoch.is_some(), Role::read(&role_word)) {
                (true, role) => role,
                (false, _) => Role::Unknown,
            },
            status: word(status),
            switching: Switching::read(&switchover),
            switchover_status: switchover,
            role_word,
            epoch: epoch.and_then(|epoch| epoch.trim().parse().ok()).unwrap_or(0),
            sync_scn: scn.and_then(|scn| scn.trim().parse().ok()).unwrap_or(0),
            read_at,
        };
        all.insert(ob_tenant, shown);
    }
    Ok(all)
}

/// Of each tenant the first word that is not `NORMAL`.
pub(super) fn restore(rows: Rows) -> HashMap<i64, String> {
    let mut all: HashMap<i64, String> = HashMap::new();
    for row in rows {
        let Ok([Some(id), Some(word)]) = <[Option<String>; 2]>::try_from(row) else {
            continue;
        };
        let Ok(id) = id.parse::<i64>() else { continue };
        if word.len() > WORD {
            continue;
        }
        let known = all.entry(id).or_insert_with(|| word.clone());
        if known == "NORMAL" {
            *known = word;
        }
    }
    all
}

#[cfg(test)]
mod unit {
    use super::*;

    fn row(values: [&str; 8]) -> Vec<Option<String>> {
        values
            .iter()
            .map(|value| (*value != "NULL").then(|| (*value).to_owned()))
            .collect()
    }

    fn read(rows: Rows) -> Tenants {
        tenants(rows, Timestamp::UNIX_EPOCH).unwrap()
    }

    #[test]
    fn rows_of_users_are_read_and_the_others_left_out() {
        let all = read(vec![
            row([
                "1",
                "sys",
                "2024-01-01 00:00:00",
                "NORMAL",
                "PRIMARY",
                "NORMAL",
                "0",
                "1",
            ]),
            row([
                "1003",
                "META$1004",
                "2024-01-01 00:00:00",
                "NORMAL",
                "PRIMARY",
                "NORMAL",
                "0",
                "1",
            ]),
            row([
                "1004",
                "orders",
                "2024-01-01 00:00:00",
                "NORMAL",
                "STANDBY",
                "NORMAL",
                "3",
                "1700000000000000000",
            ]),
        ]);
        assert_eq!(all.len(), 1);
        let orders = &all[&1004];
        assert_eq!(
            (orders.name.as_str(), orders.role, orders.epoch),
            ("orders", Role::Standby, 3)
        );
        assert_eq!((orders.sync_scn, orders.at_rest()), (1_700_000_000_000_000_000, true));
    }

    #[test]
    fn what_a_row_does_not_say_is_not_known() {
        let all = read(vec![
            row(["1004", "a", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL"]),
            row(["1005", "b", "", "NORMAL", "PRIMARY", "NORMAL", "NULL", "x"]),
            row(["x", "c", "", "NORMAL", "PRIMARY", "NORMAL", "1", "1"]),
            row(["1006", "NULL", "", "NORMAL", "PRIMARY", "NORMAL", "1", "1"]),
            row([
                "1007",
                &"n".repeat(WORD + 1),
                "",
                "NORMAL",
                "PRIMARY",
                "NORMAL",
                "1",
                "1",
            ]),
        ]);
        assert_eq!(all.len(), 2);
        assert_eq!((all[&1004].role, all[&1004].at_rest()), (Role::Unknown, false));
        assert_eq!((all[&1005].role, all[&1005].sync_scn), (Role::Unknown, 0));
    }

    #[test]
    fn of_a_tenants_logs_the_worst_word_is_told() {
        let row = |id: &str, word: &str| vec![Some(id.to_owned()), Some(word.to_owned())];
        let all = restore(vec![
            row("1", "NORMAL"),
            row("1", "SOURCE HAS A GAP"),
            row("1", "NORMAL"),
            row("2", "NORMAL"),
            vec![None, None],
        ]);
        assert_eq!(
            (all[&1].as_str(), all[&2].as_str(), all.len()),
            ("SOURCE HAS A GAP", "NORMAL", 2)
        );
    }
}
