//! How fresh the caches are, and how often their watches fail.
//! It must not take silence for freshness: only what the API server sent counts as a sign of life.

use super::lock;
use super::sheet::{Page, Sheet};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::Instant;

#[derive(Debug, Default)]
pub(super) struct Watches(Mutex<BTreeMap<String, Cache>>);

#[derive(Debug, Default)]
struct Cache {
    alive: Option<Instant>,
    errors: u64,
}

impl Watches {
    pub(super) fn alive(&self, resource: &str) {
        let mut caches = lock(&self.0);
        match caches.get_mut(resource) {
            Some(cache) => cache.alive = Some(Instant::now()),
            None => {
                caches.insert(
                    resource.to_owned(),
                    Cache {
                        alive: Some(Instant::now()),
                        errors: 0,
                    },
                );
            }
        }
    }

    pub(super) fn error(&self, resource: &str) {
        lock(&self.0).entry(resource.to_owned()).or_default().errors += 1;
    }

    pub(super) fn age(&self, resource: &str) -> Option<Duration> {
        lock(&self.0).get(resource)?.alive.map(|at| at.elapsed())
    }

    pub(super) fn oldest(&self) -> Option<(String, Duration)> {
        let caches = lock(&self.0);
        let ages = caches
            .iter()
            .filter_map(|(resource, cache)| cache.alive.map(|at| (resource, at.elapsed())));
        ages.max_by_key(|(_, age)| *age)
            .map(|(resource, age)| (resource.clone(), age))
    }
}

impl Page for Watches {
    fn write(&self, sheet: &mut Sheet<'_>) -> fmt::Result {
        let caches = lock(&self.0);
        sheet.gauge(
            "stationmaster_cache_age_seconds",
            "How long ago the watch that feeds the cache last showed a sign of life.",
            caches.iter().filter_map(|(resource, c)| {
                c.alive
                    .map(|at| ([("resource", resource.as_str())], at.elapsed().as_secs_f64()))
            }),
        )?;
        sheet.counter(
            "stationmaster_watch_errors",
            "Failures of watches, and objects that could not be read.",
            caches
                .iter()
                .map(|(resource, c)| ([("resource", resource.as_str())], c.errors as f64)),
        )
    }
}
