//! How the wire of OCP is read: batches of tenants, tasks and their subtasks, lists of tenants.
//! It must not share a line of code with the provider crate or the simulator, nor take a task's word for a role.

use std::borrow::Cow;

use serde_json::Value;

use crate::history::dialect::{Active, At, Call, Class, Dialect, Of, Reading, Sent};

/// Not logged in, no right, too many requests: nothing was looked at.
const GATE: [u16; 3] = [401, 403, 429];

/// OCP, API v2. The roles of tenants are read from the databases over SQL, which no HTTP proxy sees.
#[derive(Clone, Copy, Debug)]
pub struct Ocp;

/// The words of a path below the version.
fn words(path: &str) -> Vec<&str> {
    let below = path.split_once("/api/v2/").map_or("", |(_, below)| below);
    below.trim_end_matches('/').split('/').collect()
}

/// An id, which is a number; a text of one is taken too.
fn id(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => number.as_u64().map(|number| number.to_string()),
        Value::String(text) => text.parse::<u64>().ok().map(|number| number.to_string()),
        _ => None,
    }
}

/// The name under which a ledger holds a tenant.
fn tenant<'a>(id: &str) -> Cow<'a, str> {
    format!("tenant/{id}").into()
}

/// The tenants that a body names under these keys in each of its items. Where one of them cannot be told none is: such a call is judged as
/// one at nobody knows what.
fn tenants<'a>(items: &[Value], keys: &[&str]) -> Vec<Cow<'a, str>> {
    let of_item = |item: &Value| keys.iter().map(|key| id(&item[*key])).collect::<Vec<_>>();
    let all: Option<Vec<String>> = items.iter().flat_map(of_item).collect();
    all.unwrap_or_default().iter().map(|id| tenant(id)).collect()
}

/// The items of a list in an answer, whether the list stands in `data`, in `contents` of it, or is one object.
fn items(answer: &Value) -> &[Value] {
    let data = &answer["data"];
    match (data, &data["contents"]) {
        (Value::Array(items), _) | (_, Value::Array(items)) => items,
        (Value::Object(_), _) => std::slice::from_ref(data),
        _ => &[],
    }
}

impl Dialect for Ocp {
    /// Each request carries its credentials in a header.
    fn is_login(&self, _: &str) -> bool {
        false
    }

    fn is_question(&self, path: &str) -> bool {
        path.contains("/api/v2/ob/") && path.ends_with("PreCheck")
    }

    fn call<'a>(&self, sent: Sent<'a>) -> Option<Call<'a>> {
        if matches!(sent.method, "GET" | "HEAD") || self.is_question(sent.path) {
            return None;
        }
        let list = |key: &str| sent.body[key].as_array().map_or(&[][..], Vec::as_slice);
        let both = ["tenantId", "standbyTenantId"];
        let job = |job, part| At::Job { job, part };
        let (at, action) = match (sent.method, words(sent.path).as_slice()) {
            ("POST", ["ob", "clusters", _, "tenants", "failover"]) => {
                let named = tenants(list("failoverTenantItemList"), &both[..1]);
                (At::Objects(named), Some("failover"))
            }
            ("POST", ["ob", "clusters", _, "tenants", "switchover"]) => {
                (At::Objects(tenants(list("tenantParamList"), &both)), Some("switchover"))
            }
            ("POST", ["ob", "clusters", _, "tenants", _, "switchover"]) => {
                let named = tenants(std::slice::from_ref(sent.body), &both);
                (At::Objects(named), Some("switchover"))
            }
            // What is done to one tenant otherwise, such as its deletion, is no operation's call.
            (_, ["ob", "clusters", _, "tenants", id, ..]) if id.parse::<u64>().is_ok() => {
                (At::Objects(vec![tenant(id)]), None)
            }
            ("POST", ["tasks", "instances", task, "subtasks", part, word]) => (
                job(task, Some(part)),
                match *word {
                    "retry" => Some("retry-subtask"),
                    "skip" => Some("skip-subtask"),
                    "cancel" => Some("cancel-subtask"),
                    _ => None,
                },
            ),
            ("POST", ["tasks", "instances", task, word]) => (
                job(task, None),
                match *word {
                    "retry" => Some("retry-task"),
                    "rollback" => Some("rollback-task"),
                    "cancel" => Some("cancel-task"),
                    _ => None,
                },
            ),
            _ => (At::Objects(Vec::new()), None),
        };
        Some(Call { at, action })
    }

    fn readings<'a>(&self, sent: Sent<'a>, status: u16, answer: &'a Value) -> Vec<Reading<'a>> {
        if sent.method != "GET" || status != 200 || answer["successful"] == false {
            return Vec::new();
        }
        let shown = || items(answer).iter().filter_map(|item| id(&item["id"]));
        let of: Vec<Of<'a>> = match words(sent.path).as_slice() {
            ["ob", "tenants"] | ["ob", "clusters", _, "tenants"] => shown().map(|id| Of::Object(tenant(&id))).collect(),
            // An answer about another one is no reading of this one.
            ["ob", "clusters", _, "tenants", asked] => shown()
                .filter(|id| id == asked)
                .map(|id| Of::Object(tenant(&id)))
                .collect(),
            ["tasks", "instances"] => shown().map(|id| Of::Job(id.into())).collect(),
            ["tasks", "instances", asked] | ["tasks", asked] => {
                shown().filter(|id| id == asked).map(|id| Of::Job(id.into())).collect()
            }
            _ => Vec::new(),
        };
        let reading = |of| Reading {
            of,
            active: Active::Elsewhere,
        };
        of.into_iter().map(reading).collect()
    }

    fn class(&self, status: u16, answer: &Value) -> Class {
        match status {
            200..300 if answer["successful"] == false => Class::Refused,
            200..300 => Class::Taken,
            _ if GATE.contains(&status) => Class::TurnedAway,
            _ => Class::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TENANTS: &str = "/api/v2/ob/clusters/3000010/tenants";

    fn call(method: &str, path: &str, body: &Value) -> Option<(String, Option<String>)> {
        let call = Ocp.call(Sent { method, path, body })?;
        let at = match call.at {
            At::Objects(objects) => objects.join(" "),
            At::Job { job, part } => format!("job {job} {}", part.unwrap_or_default()),
        };
        Some((at, call.action.map(str::to_owned)))
    }

    #[test]
    fn a_batch_is_a_call_at_each_tenant_that_it_names() {
        let failover = json!({"failoverTenantItemList": [{"tenantId": 25, "serviceName": "s"}, {"tenantId": "26"}]});
        let told = |at: &str, action: &str| Some((at.to_owned(), Some(action.to_owned())));
        let post = |word: &str, body: &Value| call("POST", &format!("{TENANTS}/{word}"), body);
        assert_eq!(post("failover", &failover), told("tenant/25 tenant/26", "failover"));
        let pair = json!({"tenantId": 15, "standbyTenantId": 25});
        let switchover = json!({"tenantParamList": [pair]});
        let both = told("tenant/15 tenant/25", "switchover");
        assert_eq!(post("switchover", &switchover), both);
        assert_eq!(post("15/switchover", &pair), both);
        // What cannot be told is not told in part.
        let without = json!({"failoverTenantItemList": [{"tenantId": 25}, {"tenantID": 26}]});
        assert_eq!(post("failover", &without), told("", "failover"));
        assert_eq!(post("failover", &Value::Null), told("", "failover"));
    }

    #[test]
    fn prechecks_and_readings_are_no_calls_and_what_is_not_known_is_one() {
        let body = json!({"tenantId": 15, "standbyTenantId": 25});
        for word in ["failoverPreCheck", "15/switchoverPreCheck"] {
            assert_eq!(call("POST", &format!("{TENANTS}/{word}"), &body), None, "{word}");
        }
        assert_eq!(call("GET", TENANTS, &Value::Null), None);
        let delete = call("DELETE", &format!("{TENANTS}/15"), &Value::Null);
        assert_eq!(delete, Some(("tenant/15".into(), None)));
        let made = call("POST", &format!("{TENANTS}/createStandbyTenant"), &body);
        assert_eq!(made, Some((String::new(), None)));
    }

    #[test]
    fn what_is_asked_of_a_task_is_a_call_at_a_job() {
        let tasks = "/api/v2/tasks/instances/12022226";
        let said = |path: &str| call("POST", &format!("{tasks}/{path}"), &Value::Null);
        let told = |at: &str, action: &str| Some((at.to_owned(), Some(action.to_owned())));
        assert_eq!(said("subtasks/7/retry"), told("job 12022226 7", "retry-subtask"));
        assert_eq!(said("subtasks/7/skip"), told("job 12022226 7", "skip-subtask"));
        assert_eq!(said("subtasks/7/cancel"), told("job 12022226 7", "cancel-subtask"));
        assert_eq!(said("rollback"), told("job 12022226 ", "rollback-task"));
    }

    #[test]
    fn lists_and_single_answers_show_tenants_and_tasks() {
        let shown = |path: &str, status: u16, answer: &Value| -> Vec<String> {
            let sent = Sent {
                method: "GET",
                path,
                body: &Value::Null,
            };
            let of = Ocp.readings(sent, status, answer).into_iter().map(|reading| {
                assert_eq!(reading.active, Active::Elsewhere, "no answer of OCP tells a role");
                match reading.of {
                    Of::Object(object) => object.into_owned(),
                    Of::Job(job) => format!("job {job}"),
                }
            });
            of.collect()
        };
        let list = json!({"successful": true, "data": {"contents": [{"id": 15}, {"id": 16}, {"name": "no id"}]}});
        assert_eq!(shown(TENANTS, 200, &list), ["tenant/15", "tenant/16"]);
        assert_eq!(shown("/api/v2/tasks/instances", 200, &list), ["job 15", "job 16"]);
        assert_eq!(shown(TENANTS, 500, &list), [""; 0]);
        let one = json!({"successful": true, "data": {"id": 15}});
        assert_eq!(shown(&format!("{TENANTS}/15"), 200, &one), ["tenant/15"]);
        assert_eq!(shown(&format!("{TENANTS}/16"), 200, &one), [""; 0]);
        assert_eq!(shown("/api/v2/tasks/instances/15", 200, &one), ["job 15"]);
        let refused = json!({"successful": false, "data": {"contents": [{"id": 15}]}});
        assert_eq!(shown(TENANTS, 200, &refused), [""; 0]);
    }

    #[test]
    fn a_refusal_may_be_a_200() {
        let said = |successful: bool| json!({ "successful": successful });
        assert_eq!(Ocp.class(200, &said(true)), Class::Taken);
        assert_eq!(Ocp.class(200, &Value::Null), Class::Taken);
        assert_eq!(Ocp.class(200, &said(false)), Class::Refused);
        assert_eq!(Ocp.class(409, &said(false)), Class::Refused);
        assert_eq!(Ocp.class(429, &said(false)), Class::TurnedAway);
    }
}
