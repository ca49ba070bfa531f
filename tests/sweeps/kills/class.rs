//! Requests by what they are, so that the k-th of its kind in one run is found again in another.
//! It must not tell apart what differs only in names that are made anew in each run.

use stationmaster_api::names::INSTALL_NAMESPACE;
use stationmaster_testkit_proxy::history::{Event, Record, Source};
use stationmaster_testkit_proxy::proxy::Match;

/// The replica that leads at first, and whose requests count.
pub const FIRST: &str = "first";

/// What a request is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Class {
    source: bool,
    /// Verb or method.
    word: String,
    /// Resource and subresource, or path.
    thing: String,
    subresource: String,
    own: bool,
    /// Whether it can change something.
    pub changes: bool,
}

/// The names that are made anew in each run.
#[derive(Clone, Debug)]
pub struct Place {
    /// The namespace of the group.
    pub namespace: String,
    /// The group's ledger.
    pub ledger: String,
}

impl Class {
    /// The class of a request that belongs to this place; none for what a replica asks of the whole cluster, which has nothing to do with
    /// an operation.
    pub fn of(record: &Record, place: &Place) -> Option<Class> {
        let Event::Request {
            source,
            replica,
            method,
            path,
            api,
            ..
        } = &record.event
        else {
            return None;
        };
        if replica.as_deref().is_some_and(|replica| replica != FIRST) {
            return None;
        }
        if *source == Source::Provider {
            return Some(Class {
                source: false,
                word: method.clone(),
                thing: without_ids(path),
                subresource: String::new(),
                own: false,
                changes: method != "GET" && !path.contains("/auth/tokens"),
            });
        }
        let api = api.as_ref()?;
        let ours = match api.namespace.as_deref()? {
            INSTALL_NAMESPACE if api.resource == "groupledgers" => {
                api.name.as_ref().is_none_or(|name| *name == place.ledger)
            }
            INSTALL_NAMESPACE => true,
            namespace => namespace == place.namespace,
        };
        ours.then(|| Class {
            source: true,
            word: api.verb.clone(),
            thing: api.resource.clone(),
            subresource: api.subresource.clone().unwrap_or_default(),
            own: api.namespace.as_deref() == Some(INSTALL_NAMESPACE),
            changes: !matches!(api.verb.as_str(), "get" | "list" | "watch"),
        })
    }

    /// The requests of this class at a place.
    pub fn matching(&self, place: &Place) -> Match {
        if !self.source {
            return Match {
                method: Some(self.word.clone()),
                path: Some(self.thing.clone()),
                ..Match::provider()
            };
        }
        let ledger = self.thing == "groupledgers" && self.word != "create";
        Match {
            namespace: Some(if self.own {
                INSTALL_NAMESPACE.into()
            } else {
                place.namespace.clone()
            }),
            subresource: Some(self.subresource.clone()),
            name: ledger.then(|| place.ledger.clone()),
            ..Match::kubernetes(&self.word, &self.thing).of(FIRST)
        }
    }

    /// Whether it is the mutating call itself.
    pub fn is_call(&self) -> bool {
        !self.source && self.changes
    }

    /// Whether it is a write that decides: neither a reading, nor the lease, nor an event, nor a report.
    pub fn decides(&self) -> bool {
        self.changes && !self.reports() && !matches!(self.thing.as_str(), "leases" | "events")
    }

    /// Whether it is the write of a status: how many there are while a job runs is a matter of time.
    pub fn reports(&self) -> bool {
        self.subresource == "status"
    }
}

impl std::fmt::Display for Class {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.source {
            true => write!(
                f,
                "{} {}{}{}",
                self.word,
                self.thing,
                if self.subresource.is_empty() { "" } else { "/" },
                self.subresource
            ),
            false => {
                // Version and project are the same everywhere.
                let thing = self.thing.splitn(4, '/').last().unwrap_or_default();
                write!(f, "{} {thing}", self.word)
            }
        }
    }
}

/// The project and a job's id are new in each run, and one server is looked at like the other.
fn without_ids(path: &str) -> String {
    let is_new = |segment: &str| segment.len() == 32 && segment.bytes().all(|byte| byte.is_ascii_hexdigit());
    let segments = path
        .split('/')
        .map(|segment| if is_new(segment) { "*" } else { segment });
    let path = segments.collect::<Vec<_>>().join("/");
    match path.rsplit_once("/cloudservers/") {
        Some((before, _)) => format!("{before}/cloudservers/*"),
        None => path,
    }
}
