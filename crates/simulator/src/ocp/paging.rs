//! Pages, filters and order of OCP's lists.
//! It must not know what is listed.

use serde_json::{Value, json};

use super::codes::Refused;
use super::{Answer, Handled};
use crate::call::Call;
use crate::world::World;

const DEFAULT_SIZE: usize = 10;
const LARGEST_SIZE: usize = 2000;

fn number(call: &Call, key: &str, default: usize, largest: usize) -> Result<usize, Refused> {
    let Some(text) = call.query(key) else {
        return Ok(default);
    };
    let value = text.parse().ok().filter(|n| (1..=largest).contains(n));
    value.ok_or_else(|| Refused::with("COM10001", format!("{key} is not valid.")))
}

/// Whether a value passes a filter that names several, with commas.
pub(super) fn among(call: &Call, key: &str, value: &str) -> bool {
    let passes = |wanted: String| wanted.split(',').any(|w| w.trim().eq_ignore_ascii_case(value));
    call.query(key).is_none_or(passes)
}

/// Whether a name has the wanted part.
pub(super) fn fuzzy(call: &Call, key: &str, name: &str) -> bool {
    call.query(key).is_none_or(|part| name.contains(&part))
}

/// One page of items, sorted as asked.
pub(super) fn page(world: &World, call: &Call, mut items: Vec<Value>) -> Handled {
    let (page, size) = (
        number(call, "page", 1, usize::MAX)?,
        number(call, "size", DEFAULT_SIZE, LARGEST_SIZE)?,
    );
    if let Some(sort) = call.query("sort") {
        let (key, direction) = sort.split_once(',').unwrap_or((&sort, "asc"));
        let rank = |item: &Value| match &item[key] {
            Value::Number(number) => format!("{:020}", number.as_u64().unwrap_or_default()),
            other => other.to_string(),
        };
        items.sort_by_cached_key(rank);
        if direction.eq_ignore_ascii_case("desc") {
            items.reverse();
        }
    }
    let total = items.len();
    let first = (page - 1).saturating_mul(size).min(total);
    let contents: Vec<Value> = items.into_iter().skip(first).take(size).collect();
    let mut about = json!({"number": page, "size": size, "totalElements": total});
    about[&world.switches.ocp.total_pages_key] = json!(total.div_ceil(size));
    Ok(Answer::of(json!({"contents": contents, "page": about})))
}
