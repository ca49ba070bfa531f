//! The measurement: an installation of its own, its groups settled, and then nothing asked of it for some looks at the provider.
//! It must not count what the test itself asks for.

use super::figures::{ApiCalls, Figures};
use super::population;
use jiff::Timestamp;
use stationmaster_testkit::control_plane::AuditEvent;
use stationmaster_testkit::installation::{Installation, Operator, OperatorOptions, Options, Simulator};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How many looks at the provider are waited for.
pub const POLLS: u64 = 5;

/// The one call of a look.
pub const LIST: &str = "GET /v1/{project_id}/server-groups";
/// All that is asked at rest.
pub const LISTS: [&str; 3] = [
    LIST,
    "GET /v1/{project_id}/protected-instances",
    "GET /v1/{project_id}/replications",
];

/// A look is over when nothing was asked for so long. The pages of one follow each other within milliseconds, the looks within seconds.
const QUIET: Duration = Duration::from_millis(1500);

/// Measures so many groups at rest.
pub async fn at_rest(groups: usize) -> Figures {
    let installation = Installation::start(Options::default()).await.unwrap();
    let options = OperatorOptions {
        // The operator's own default.
        lease_duration_seconds: 15,
        ..OperatorOptions::default()
    };
    let operator = installation.operator(options).await.unwrap();
    let before = Timestamp::now();
    let (environment, settled_seconds) = population::settle(&installation, &operator, groups).await;
    let simulator = &environment.simulator;
    let (from, own_from, until, own_until, seconds) = loop {
        calm(&installation, simulator, &operator).await;
        simulator.clear_requests().await.unwrap();
        let (from, own_from, started) = (Timestamp::now(), own(&operator).await, Instant::now());
        let process = operator.process();
        let mut lists = 0;
        for _ in 0..POLLS {
            lists = look(simulator, &operator, lists).await;
        }
        let seconds = started.elapsed().as_secs_f64();
        let (until, own_until) = (Timestamp::now(), own(&operator).await);
        // One that has begun anew in between, on a busy machine, was not at rest.
        if operator.process() == process {
            break (from, own_from, until, own_until, seconds);
        }
    };

    let counted = simulator.requests().await.unwrap();
    let provider = counted.routes.iter();
    let provider = provider.map(|route| (format!("{} {}", route.method, route.route), route.count));
    let audit = installation.control_plane().audit_events().unwrap();
    let api = by_kind(&audit, from, until);
    let settling = by_kind(&audit, before, from);
    let writes = settling.iter().filter(|call| call.writes && call.resource != "leases");
    Figures {
        groups,
        settled_seconds,
        settling_writes: writes.map(|call| call.count).sum(),
        seconds,
        polls: POLLS,
        provider: provider.collect(),
        api,
        own_provider: own_until.provider - own_from.provider,
        own_api: own_until.api - own_from.api,
        resident_bytes: own_until.resident_bytes,
        cpu_seconds: own_until.cpu_seconds - own_from.cpu_seconds,
    }
}

/// Waits until the last writes of the beginning, events among them, are done, and until a look has just ended.
async fn calm(installation: &Installation, simulator: &Simulator, operator: &Operator) {
    let writes = || {
        let audit = installation.control_plane().audit_events().unwrap();
        let writes = audit
            .iter()
            .filter(|event| ours(event) && event.is_write() && event.resource != "leases");
        writes.count()
    };
    let mut before = writes();
    loop {
        let lists = lists(simulator).await;
        look(simulator, operator, lists).await;
        let now = writes();
        if now == before {
            return;
        }
        before = now;
    }
}

async fn lists(simulator: &Simulator) -> u64 {
    let counted = simulator.requests().await.unwrap();
    let list = counted
        .routes
        .iter()
        .find(|route| format!("{} {}", route.method, route.route) == LIST);
    list.map_or(0, |route| route.count)
}

/// Waits for one more look at the provider, and for its end. Answers how many list calls there have been then.
async fn look(simulator: &Simulator, operator: &Operator, before: u64) -> u64 {
    let started = Instant::now();
    let (mut count, mut since) = (before, Instant::now());
    loop {
        let now = lists(simulator).await;
        if now != count {
            (count, since) = (now, Instant::now());
        }
        if count > before && since.elapsed() > QUIET {
            return count;
        }
        population::keep(operator);
        let waited = started.elapsed();
        assert!(waited < Duration::from_secs(180), "the provider is not looked at");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn ours(event: &AuditEvent) -> bool {
    event.user == Installation::operator_user()
}

/// The operator's requests that the API server got in that time. A watch counts when it begins.
fn by_kind(audit: &[AuditEvent], from: Timestamp, until: Timestamp) -> Vec<ApiCalls> {
    let mut kinds: BTreeMap<(String, String, bool), u64> = BTreeMap::new();
    let begins = |event: &&AuditEvent| event.verb != "watch" || event.stage == "ResponseStarted";
    for event in audit.iter().filter(|event| ours(event)).filter(begins) {
        let received: Timestamp = event.received_at.parse().unwrap();
        if (from..until).contains(&received) {
            let resource = match event.subresource.as_str() {
                "" => event.resource.clone(),
                sub => format!("{}/{sub}", event.resource),
            };
            *kinds
                .entry((event.verb.clone(), resource, event.is_write()))
                .or_default() += 1;
        }
    }
    let call = |((verb, resource, writes), count)| ApiCalls {
        verb,
        resource,
        writes,
        count,
    };
    kinds.into_iter().map(call).collect()
}

/// What the operator counts of itself.
struct Own {
    provider: u64,
    api: u64,
    resident_bytes: f64,
    cpu_seconds: f64,
}

async fn own(operator: &Operator) -> Own {
    let text = operator.metrics().await.unwrap();
    let sum = |name: &str| -> f64 {
        let rows = text.lines().filter_map(|line| line.strip_prefix(name));
        let rows: Vec<f64> = rows
            .filter(|rest| rest.starts_with(['{', ' ']))
            .map(|rest| rest.rsplit(' ').next().unwrap().parse().unwrap())
            .collect();
        assert!(!rows.is_empty(), "there is no {name} in\n{text}");
        rows.iter().sum()
    };
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counters are whole and small"
    )]
    let count = |name: &str| sum(name) as u64;
    Own {
        provider: count("stationmaster_provider_requests_total"),
        api: count("rest_client_requests_total"),
        resident_bytes: sum("process_resident_memory_bytes"),
        cpu_seconds: sum("process_cpu_seconds_total"),
    }
}
