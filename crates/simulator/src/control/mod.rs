//! The control API: scenario, faults, console, clock, journal, counts, switches, state.
//! It must not be reachable on a vendor port.

mod state;

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::faults::{ConsoleAct, FaultRule, TenantAct};
use crate::scenario::Scenario;
use crate::simulator::Simulator;
use crate::switches::Switches;

/// A refused control call: 400 with `{"error": …}`.
struct Wrong(String);

impl IntoResponse for Wrong {
    fn into_response(self) -> Response {
        (StatusCode::BAD_REQUEST, Json(json!({"error": self.0}))).into_response()
    }
}

impl<E: std::error::Error> From<E> for Wrong {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

type Handled = Result<Json<Value>, Wrong>;

fn parse<T: DeserializeOwned>(body: &str) -> Result<T, Wrong> {
    serde_json::from_str(body).map_err(Wrong::from)
}

fn as_json(value: impl serde::Serialize) -> Handled {
    Ok(Json(serde_json::to_value(value)?))
}

impl Simulator {
    /// A router for the control API, for use without sockets.
    pub fn control_router(&self) -> Router {
        router(self.clone())
    }

    /// The whole state as JSON, as `GET /state` shows it.
    pub fn state(&self) -> serde_json::Value {
        self.inner.with(|gate| state::show(gate))
    }
}

fn router(simulator: Simulator) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/scenario", post(load))
        .route("/faults", get(faults).post(add_faults).delete(clear_faults))
        .route("/faults/release", post(release))
        .route("/faults/{id}", delete(remove_fault))
        .route("/console", post(console))
        .route("/tokens/expire", post(expire_tokens))
        .route("/clock", get(clock).post(set_clock))
        .route("/journal", get(journal).delete(clear_journal))
        .route("/history", get(history))
        .route("/requests", get(requests).delete(clear_requests))
        .route("/switches", get(switches).post(set_switches))
        .route("/state", get(state))
        .with_state(simulator)
}

#[derive(Debug, Deserialize)]
struct Builtin {
    builtin: Option<String>,
}

async fn load(State(simulator): State<Simulator>, Query(query): Query<Builtin>, body: String) -> Handled {
    let scenario = match query.builtin {
        Some(name) => Scenario::built_in(&name).ok_or_else(|| Wrong(format!("no built-in scenario {name:?}")))?,
        None => Scenario::parse(&body)?,
    };
    simulator.load(scenario)?;
    Ok(Json(simulator.state()["summary"].clone()))
}

async fn faults(State(simulator): State<Simulator>) -> Handled {
    as_json(simulator.faults())
}

async fn add_faults(State(simulator): State<Simulator>, body: String) -> Handled {
    let rules: Vec<FaultRule> = match parse::<Value>(&body)? {
        list @ Value::Array(_) => serde_json::from_value(list)?,
        one => vec![serde_json::from_value(one)?],
    };
    let ids: Vec<String> = rules.into_iter().map(|rule| simulator.add_fault(rule)).collect();
    Ok(Json(json!({"added": ids})))
}

async fn clear_faults(State(simulator): State<Simulator>) -> StatusCode {
    simulator.clear_faults();
    StatusCode::NO_CONTENT
}

async fn remove_fault(State(simulator): State<Simulator>, Path(id): Path<String>) -> StatusCode {
    let found = simulator.inner.with(|gate| {
        let before = gate.faults.rules.len();
        gate.faults.rules.retain(|rule| rule.id != id);
        gate.faults.rules.len() < before
    });
    if found {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::NOT_FOUND
    }
}

async fn release(State(simulator): State<Simulator>) -> Handled {
    Ok(Json(json!({"delivered": simulator.release()})))
}

async fn console(State(simulator): State<Simulator>, body: String) -> Handled {
    let act: Value = parse(&body)?;
    if act.get("group").is_some() {
        simulator.console(&serde_json::from_value::<ConsoleAct>(act)?)?;
    } else {
        simulator.tenant_act(&serde_json::from_value::<TenantAct>(act)?)?;
    }
    Ok(Json(json!({})))
}

async fn expire_tokens(State(simulator): State<Simulator>) -> StatusCode {
    simulator.expire_tokens();
    StatusCode::NO_CONTENT
}

async fn clock(State(simulator): State<Simulator>) -> Handled {
    let (now, speed) = simulator.inner.with(|gate| (gate.world.now, gate.world.clock.speed()));
    Ok(Json(json!({"now": now, "speed": speed})))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ClockChange {
    speed: Option<f64>,
    advance_seconds: Option<f64>,
}

async fn set_clock(State(simulator): State<Simulator>, body: String) -> Handled {
    let change: ClockChange = parse(&body)?;
    let fits = |value: Option<f64>| value.is_none_or(|v| v.is_finite() && v >= 0.0);
    if !fits(change.speed) || !fits(change.advance_seconds) {
        return Err(Wrong("speed and advanceSeconds must be finite and not negative".into()));
    }
    if let Some(speed) = change.speed {
        simulator.set_speed(speed);
    }
    if let Some(seconds) = change.advance_seconds {
        simulator.advance(seconds);
    }
    clock(State(simulator)).await
}

async fn journal(State(simulator): State<Simulator>) -> Handled {
    as_json(simulator.journal())
}

async fn clear_journal(State(simulator): State<Simulator>) -> StatusCode {
    simulator.clear_journal();
    StatusCode::NO_CONTENT
}

/// Of groups, then of tenants.
async fn history(State(simulator): State<Simulator>) -> Handled {
    let groups = simulator.history().into_iter().map(serde_json::to_value);
    let tenants = simulator.tenant_history().into_iter().map(serde_json::to_value);
    Ok(Json(groups.chain(tenants).collect::<Result<Value, _>>()?))
}

async fn requests(State(simulator): State<Simulator>) -> Handled {
    as_json(simulator.requests())
}

async fn clear_requests(State(simulator): State<Simulator>) -> StatusCode {
    simulator.clear_requests();
    StatusCode::NO_CONTENT
}

async fn switches(State(simulator): State<Simulator>) -> Handled {
    let values = simulator.switches().values();
    let rows: Vec<Value> = Switches::table()
        .into_iter()
        .zip(values)
        .map(|(row, (_, value))| {
            json!({"name": row.name, "value": value, "default": row.default, "takes": row.takes, "governs": row.doc})
        })
        .collect();
    Ok(Json(Value::Array(rows)))
}

async fn set_switches(State(simulator): State<Simulator>, body: String) -> Handled {
    let given: BTreeMap<String, Value> = parse(&body)?;
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let values: BTreeMap<String, String> = given.into_iter().map(|(name, value)| (name, text(value))).collect();
    simulator.inner.with(|gate| gate.world.switches.set_all(&values))?;
    as_json(values)
}

async fn state(State(simulator): State<Simulator>) -> Json<Value> {
    Json(simulator.state())
}
