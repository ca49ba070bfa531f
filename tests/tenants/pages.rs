//! What the hostile server answers, as large and as wrong as it can be made.
//! It must not know a connection.

use bytes::Bytes;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

/// The longest list that is taken has fewer entries.
const MANY: usize = 9_900;
/// What would be another line of the operator's log.
pub const FORGED: &str = "x\n{\"timestamp\":\"2026-01-01T00:00:00Z\",\"level\":\"ERROR\",\"message\":\"FORGED\",\"target\":\"forged\"}\n2026-01-01T00:00:00Z ERROR forged: FORGED\r\u{1b}[2J";

/// A connection that can be made, and whose list is a page with one field of 3.9 MB, without end.
pub fn huge(number: u64) -> String {
    let id = format!("{number:08x}-0000-4000-8000-000000000000");
    let entry = format!(r#"{{"id":"{id}","updated_at":"{}"}}"#, "x".repeat(3_900_000));
    format!(r#"{{"server_groups":[{entry}],"count":1000000000}}"#)
}

/// A page of a list that is as long as any may be, of entries whose words are as long as fits, with texts beside them that nobody needs.
pub fn filled(field: &'static str, offset: usize) -> Bytes {
    // Made once: the server must not be what the machine is busy with.
    static MADE: LazyLock<Mutex<HashMap<(&str, usize), Bytes>>> = LazyLock::new(Mutex::default);
    let mut made = MADE.lock().unwrap();
    made.entry((field, offset))
        .or_insert_with(|| fill(field, offset).into())
        .clone()
}

fn fill(field: &str, offset: usize) -> String {
    let words = |n: usize| {
        let word = format!("{n:06}-{}", "w".repeat(40));
        let mut entry = json!({
            "id": id("f", n), "name": "n".repeat(600), "description": "d".repeat(600), "status": "protected",
            "priority_station": "source", "source_availability_zone": word, "target_availability_zone": word,
            "replication_status": word, "updated_at": word, "protected_instance_num": 1, "replication_num": 1,
        });
        if field != "server_groups" {
            entry["server_group_id"] = id("f", n).into();
            entry["name"] = word.into();
        }
        entry
    };
    let entries: Vec<Value> = (offset..MANY.min(offset + 500)).map(words).collect();
    json!({ field: entries, "count": MANY }).to_string()
}

/// A page of a list that has no end.
pub fn endless(field: &str, offset: usize) -> String {
    let entries: Vec<Value> = (offset..offset + 500).map(|n| json!({ "id": id("e", n) })).collect();
    json!({ field: entries }).to_string()
}

/// A group that looks well, but for one field.
pub fn group(id: &str, updated_at: &str) -> Value {
    json!({
        "id": id, "name": FORGED, "description": FORGED, "status": "protected", "priority_station": "source",
        "updated_at": updated_at, "protected_instance_num": 0, "replication_num": 0,
    })
}

/// An error whose words would be other lines.
pub fn error(number: u64) -> String {
    let code = format!("SDRS.{number}{FORGED}");
    json!({ "error": { "message": FORGED, "code": code }, "error_msg": FORGED, "error_code": code }).to_string()
}

fn id(salt: &str, n: usize) -> String {
    let salt: u32 = salt.bytes().map(u32::from).sum();
    format!("{n:08x}-{:04x}-4000-8000-000000000000", salt & 0xffff)
}
