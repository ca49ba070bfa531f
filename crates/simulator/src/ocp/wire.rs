//! The envelope of OCP, its times, and the forms in which its documents contradict each other (`docs/vendors/ocp.md#envelope`).
//! It must not know any operation.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::codes::Refused;
use crate::call::Call;
use crate::reply::Reply;
use crate::switches::{CodeForm, ListForm, OcpSwitches, TimeForm};
use crate::world::World;
use crate::world::ocp::local;

/// What OCP calls the server that answered.
const SERVER: &str = "3af57a8e6b";

/// A time as OCP writes it.
pub(super) fn time(switches: &OcpSwitches, at: Timestamp) -> String {
    let zoned = local(switches, at);
    let text = |format: &str| zoned.strftime(format).to_string();
    let millis = text("%.3f");
    let fraction = match switches.fraction {
        TimeForm::Millis => &millis,
        TimeForm::Seconds => "",
        TimeForm::Variable => millis.trim_end_matches('0').trim_end_matches('.'),
    };
    format!("{}{fraction}{}", text("%Y-%m-%dT%H:%M:%S"), text("%:z"))
}

/// Whether the caller reads Chinese.
pub(super) fn is_chinese(world: &World, call: &Call) -> bool {
    let wanted = call
        .header("accept-language")
        .unwrap_or(&world.switches.ocp.default_language);
    wanted.to_lowercase().starts_with("zh")
}

/// Several things, or the one thing, as the switch has it.
pub(super) fn listed(form: ListForm, mut items: Vec<Value>) -> Value {
    match form {
        ListForm::Contents => json!({"contents": items}),
        ListForm::List => Value::Array(items),
        ListForm::Object if items.is_empty() => json!({}),
        ListForm::Object => items.swap_remove(0),
    }
}

fn envelope(world: &mut World, status: u16, traced: bool) -> Value {
    let trace: String = world.ids.hex().chars().take(16).collect();
    let spent = u64::from_str_radix(&trace[..2], 16).unwrap_or_default();
    json!({
        "successful": status < 400,
        "timestamp": time(&world.switches.ocp, world.now),
        "duration": 5 + spent,
        "status": status,
        "traceId": if traced { trace } else { String::new() },
        "server": SERVER,
    })
}

/// A call that was done.
pub(super) fn success(world: &mut World, data: Option<Value>) -> Reply {
    let mut body = envelope(world, 200, true);
    if let Some(mut data) = data {
        if !world.switches.ocp.nulls {
            without_nulls(&mut data);
        }
        body["data"] = data;
    } else if world.switches.ocp.nulls {
        body["data"] = Value::Null;
    }
    Reply::json(200, body)
}

/// A call that was refused.
pub(super) fn refusal(world: &mut World, chinese: bool, refused: &Refused) -> Reply {
    let mut body = envelope(world, refused.status, !refused.untraced);
    let digits: String = refused.code.chars().filter(char::is_ascii_digit).collect();
    let code = match world.switches.ocp.error_code {
        CodeForm::Text if refused.code != "0" => json!(refused.code),
        _ => json!(digits.parse::<u64>().unwrap_or_default()),
    };
    body["error"] = json!({"code": code, "message": refused.message(chinese)});
    if world.switches.ocp.nulls {
        body["data"] = Value::Null;
    }
    Reply {
        code: Some(refused.code.clone()),
        ..Reply::json(refused.status, body)
    }
}

fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            *fields = std::mem::take(fields)
                .into_iter()
                .filter(|(_, v)| !v.is_null())
                .collect::<Map<_, _>>();
            fields.values_mut().for_each(without_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

/// The body of a call as JSON.
pub(super) fn body(call: &Call) -> Result<Value, Refused> {
    let kind = call.header("content-type").unwrap_or_default();
    if !call.body.is_empty() && !kind.starts_with("application/json") {
        let mut refused = Refused::with("COM10003", "The media type is not supported.");
        refused.status = 415;
        return Err(refused);
    }
    serde_json::from_slice(&call.body).map_err(|_| Refused::new("COM10003"))
}

/// A number of the body that must be there.
pub(super) fn required(item: &Value, key: &str) -> Result<u64, Refused> {
    let missing = || Refused::with("COM10001", format!("{key} is required."));
    item.get(key).and_then(Value::as_u64).ok_or_else(missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_have_the_length_that_is_left() {
        let switches = OcpSwitches::default();
        for (given, written) in [
            ("2024-07-23T09:42:34.056Z", "2024-07-23T17:42:34.056+08:00"),
            ("2024-07-23T09:42:34.01Z", "2024-07-23T17:42:34.01+08:00"),
            ("2024-07-23T09:42:34Z", "2024-07-23T17:42:34+08:00"),
        ] {
            assert_eq!(time(&switches, given.parse().expect("time")), written);
        }
    }
}
