//! What was measured, and how it is printed.
//! It must not judge.

use std::fmt::Write;

/// What rest costs with so many groups.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Groups on the one connection.
    pub groups: usize,
    /// Seconds from the first group's creation until the last one was ready and showed its token.
    pub settled_seconds: f64,
    /// Writes to the API server in that time, other than the lease's.
    pub settling_writes: u64,
    /// How long was measured at rest, in seconds.
    pub seconds: f64,
    /// How often the operator looked at the provider in that time.
    pub polls: u64,
    /// Calls to the provider by route, as the simulator counted them.
    pub provider: Vec<(String, u64)>,
    /// Requests of the operator's user, as the API server's audit log has them.
    pub api: Vec<ApiCalls>,
    /// Requests to the provider as the operator counts them.
    pub own_provider: u64,
    /// Requests to the API server as the operator counts them.
    pub own_api: u64,
    /// Resident memory at the end, in bytes.
    pub resident_bytes: f64,
    /// Processor seconds while it was at rest.
    pub cpu_seconds: f64,
}

/// Requests to the API server of one kind.
#[derive(Clone, Debug)]
pub struct ApiCalls {
    /// `get`, `update`, …
    pub verb: String,
    /// `leases`, `secrets`, …
    pub resource: String,
    /// Whether it could change something.
    pub writes: bool,
    /// How many.
    pub count: u64,
}

/// The figures side by side.
pub fn table(columns: &[&Figures]) -> String {
    let mut rows: Vec<(String, Vec<String>)> = Vec::new();
    let mut row = |name: &str, value: &dyn Fn(&Figures) -> String| {
        rows.push((name.to_owned(), columns.iter().map(|figures| value(figures)).collect()));
    };
    row("groups on one connection", &|f| f.groups.to_string());
    row("created and settled in, s", &|f| format!("{:.1}", f.settled_seconds));
    row("API writes meanwhile, for each group", &|f| {
        #[allow(clippy::cast_precision_loss, reason = "a few thousand")]
        let each = f.settling_writes as f64 / f.groups as f64;
        format!("{each:.2}")
    });
    row("at rest for, s", &|f| format!("{:.1}", f.seconds));
    row("looks at the provider", &|f| f.polls.to_string());
    let of = |calls: &[(String, u64)], name: &str| calls.iter().find(|(n, _)| n == name).map_or(0, |(_, count)| *count);
    let mut routes: Vec<&String> = columns
        .iter()
        .flat_map(|f| f.provider.iter().map(|(name, _)| name))
        .collect();
    routes.sort();
    routes.dedup();
    for route in routes {
        row(&format!("provider: {route}"), &|f| of(&f.provider, route).to_string());
    }
    let calls = |f: &Figures| -> Vec<(String, u64)> {
        let name = |call: &ApiCalls| format!("{} {}", call.verb, call.resource);
        f.api.iter().map(|call| (name(call), call.count)).collect()
    };
    let mut names: Vec<String> = columns.iter().flat_map(|f| calls(f)).map(|(name, _)| name).collect();
    names.sort();
    names.dedup();
    for name in names {
        row(&format!("API server: {name}"), &|f| of(&calls(f), &name).to_string());
    }
    row("processor, % of one", &|f| {
        format!("{:.1}", 100.0 * f.cpu_seconds / f.seconds)
    });
    row("resident memory, MB", &|f| format!("{:.1}", f.resident_bytes / 1e6));

    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let mut text = String::from("\nWhat rest costs (unoptimized build)\n");
    for (name, values) in rows {
        // Writing to a String cannot fail.
        let _ = write!(text, "  {name:<width$}");
        for value in values {
            let _ = write!(text, "  {value:>8}");
        }
        text.push('\n');
    }
    text
}
