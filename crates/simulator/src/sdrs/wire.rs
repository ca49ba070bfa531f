//! What all SDRS resources share on the wire: times, paging, filters, names.
//! It must not know any resource.

use jiff::Timestamp;
use serde_json::Value;

use crate::call::Call;
use crate::refusal::Refusal;
use crate::switches::CountMeaning;
use crate::world::World;

/// `2019-05-22 08:16:54.413`, as groups, instances and drills have it; zeros at the end of the fraction are dropped.
pub(super) fn group_time(time: Timestamp) -> String {
    let text = time.strftime("%Y-%m-%d %H:%M:%S.%3f").to_string();
    let trimmed = text.trim_end_matches('0');
    if trimmed.ends_with('.') {
        format!("{trimmed}0")
    } else {
        trimmed.to_owned()
    }
}

/// `2018-05-04T03:43:24.108526`, as pairs have it.
pub(super) fn pair_time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%6f").to_string()
}

/// `2018-04-19T01:55:30.443Z`, as jobs have it.
pub(super) fn job_time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// One page of a list: the entries and the value of `count`. Only the page is rendered afterwards.
pub(super) fn page<T>(world: &World, call: &Call, mut entries: Vec<T>) -> Result<(Vec<T>, usize), Refusal> {
    let number = |key: &str, code: &str, default: usize, most: usize| -> Result<usize, Refusal> {
        match call.query(key) {
            None => Ok(default),
            Some(text) => text
                .parse()
                .ok()
                .filter(|n| *n <= most)
                .ok_or_else(|| Refusal::sdrs(code)),
        }
    };
    let limit = number("limit", "SDRS.0221", 1000, 1000)?;
    let offset = number("offset", "SDRS.0222", 0, usize::MAX)?;
    if world.switches.lists_newest_first {
        entries.reverse();
    }
    let total = entries.len();
    let shown: Vec<_> = entries.into_iter().skip(offset).take(limit).collect();
    let count = match world.switches.list_count {
        CountMeaning::Page => shown.len(),
        CountMeaning::Total => total,
    };
    Ok((shown, count))
}

/// The filters that groups, instances and pairs have in common.
pub(super) struct Filters {
    status: Option<String>,
    name: Option<String>,
    query_type: Option<String>,
    zone: Option<String>,
    abnormal: String,
}

impl Filters {
    pub(super) fn of(world: &World, call: &Call) -> Self {
        Self {
            status: call.query("status"),
            name: call.query("name"),
            query_type: call.query("query_type"),
            zone: call.query("availability_zone"),
            abnormal: world.switches.abnormal_statuses.clone(),
        }
    }

    /// Whether an object passes; `zone` is where its production runs.
    pub(super) fn pass(&self, status: &str, name: &str, zone: &str, drilled: bool) -> bool {
        let kind = match self.query_type.as_deref() {
            Some("status_abnormal") => is_abnormal(&self.abnormal, status),
            Some("stop_protected") => status == "available",
            Some("period_no_dr_drill") => !drilled,
            _ => true,
        };
        kind && self.status.as_ref().is_none_or(|s| s == status)
            && self.name.as_ref().is_none_or(|n| name.contains(n.as_str()))
            && self.zone.as_ref().is_none_or(|z| z == zone)
    }
}

/// Whether a status is on the list of the switch.
fn is_abnormal(list: &str, status: &str) -> bool {
    list.split(',').map(str::trim).any(|word| match word.strip_suffix('*') {
        Some(start) => status.starts_with(start),
        None => status == word,
    })
}

/// An id filter that has a singular and a plural form. The plural is a JSON array, or a repeated key as otcextensions
/// sends it, and overrides the singular.
pub(super) fn id_filter(call: &Call, singular: &str, plural: &str) -> Result<Option<Vec<String>>, Refusal> {
    let values = call.query_all(plural);
    let ids = match values.as_slice() {
        [] => return Ok(call.query(singular).map(|id| vec![id])),
        [one] if one.starts_with('[') => {
            serde_json::from_str::<Vec<String>>(one).map_err(|_| Refusal::sdrs("SDRS.0201"))?
        }
        many => many.to_vec(),
    };
    if ids.len() > 30 {
        Err(Refusal::sdrs("SDRS.0226"))
    } else {
        Ok(Some(ids))
    }
}

/// The object under a key of the body.
pub(super) fn wrapped(call: &Call, key: &str) -> Result<Value, Refusal> {
    call.json()?
        .get(key)
        .filter(|v| v.is_object())
        .cloned()
        .ok_or_else(|| Refusal::sdrs("SDRS.0201"))
}

/// A mandatory string of an object.
pub(super) fn text(object: &Value, key: &str, code: &str) -> Result<String, Refusal> {
    object
        .get(key)
        .and_then(Value::as_str)
        .filter(|s| !s.is_empty())
        .map(String::from)
        .ok_or_else(|| Refusal::sdrs(code))
}

/// A name: 1–64 bytes of letters, digits, `_`, `-` and `.`.
pub(super) fn name(object: &Value) -> Result<String, Refusal> {
    let name = text(object, "name", "SDRS.0202")?;
    let fits = name.len() <= 64 && name.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c));
    if fits {
        Ok(name)
    } else {
        Err(Refusal::sdrs("SDRS.0202"))
    }
}

/// An optional description: at most 64 bytes without angle brackets.
pub(super) fn description(object: &Value) -> Result<Option<String>, Refusal> {
    match object.get("description") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.len() <= 64 && !text.contains(['<', '>']) => Ok(Some(text.clone())),
        Some(_) => Err(Refusal::sdrs("SDRS.0212")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t(text: &str) -> Timestamp {
        text.parse().expect("time")
    }

    #[test]
    fn times_have_the_documented_forms() {
        assert_eq!(group_time(t("2019-05-22T08:16:54.413Z")), "2019-05-22 08:16:54.413");
        assert_eq!(group_time(t("2019-05-22T08:16:54.740Z")), "2019-05-22 08:16:54.74");
        assert_eq!(group_time(t("2019-05-22T08:16:54Z")), "2019-05-22 08:16:54.0");
        assert_eq!(
            pair_time(t("2018-05-04T03:43:24.108526Z")),
            "2018-05-04T03:43:24.108526"
        );
        assert_eq!(job_time(t("2018-04-19T01:55:30.443Z")), "2018-04-19T01:55:30.443Z");
    }

    #[test]
    fn names_and_descriptions_have_limits() {
        let of = |name: &str| super::name(&serde_json::json!({"name": name})).is_ok();
        assert!(of("pg-1_a.b") && of(&"a".repeat(64)));
        assert!(!of("") && !of("a b") && !of(&"a".repeat(65)));
        assert!(description(&serde_json::json!({"description": "<b>"})).is_err());
    }
}
