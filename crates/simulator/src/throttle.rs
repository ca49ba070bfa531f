//! A token bucket for each project (switches `throttle-*`).
//! It must not count what the gateway refuses for another reason before it.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::refusal::Refusal;
use crate::switches::AuthClock;
use crate::world::World;

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: Timestamp,
}

/// The buckets by project.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    buckets: HashMap<String, Bucket>,
}

impl Throttle {
    /// Takes one request out of the bucket; false when it is empty.
    fn take(&mut self, project: &str, now: Timestamp, per_second: f64, burst: f64) -> bool {
        let bucket = self.buckets.entry(project.into()).or_insert(Bucket {
            tokens: burst,
            filled: now,
        });
        let passed = now.duration_since(bucket.filled).as_secs_f64().max(0.0);
        bucket.tokens = (bucket.tokens + passed * per_second).min(burst);
        bucket.filled = now;
        let enough = bucket.tokens >= 1.0;
        if enough {
            bucket.tokens -= 1.0;
        }
        enough
    }
}

/// Refuses a call that comes too soon.
pub(crate) fn check(throttle: &mut Throttle, world: &World, project: &str) -> Result<(), Refusal> {
    let s = &world.switches;
    let (per_second, burst, retry_after) = (
        s.throttle_per_second,
        f64::from(s.throttle_burst.max(1)),
        s.throttle_retry_after_seconds,
    );
    if per_second <= 0.0 {
        return Ok(());
    }
    let now = match s.throttle_clock {
        AuthClock::Real => world.real_now,
        AuthClock::Virtual => world.now,
    };
    if throttle.take(project, now, per_second, burst) {
        return Ok(());
    }
    Err(too_many((retry_after > 0).then_some(retry_after)))
}

/// The gateway's answer to too many requests.
pub(crate) fn too_many(retry_after: Option<u32>) -> Refusal {
    let mut refusal = Refusal::gateway(429, "APIG.0308", "The throttling threshold has been reached.");
    refusal.retry_after = retry_after;
    refusal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bucket_empties_and_fills_again() {
        let t = |s| Timestamp::from_second(s).expect("in range");
        let mut throttle = Throttle::default();
        let mut take = |project: &str, second| throttle.take(project, t(second), 1.0, 2.0);
        assert!(take("p", 0) && take("p", 0));
        assert!(!take("p", 0), "burst used up");
        assert!(take("q", 0), "another project has its own bucket");
        assert!(take("p", 1));
        assert!(!take("p", 1));
        assert!(take("p", 100) && take("p", 100));
        assert!(!take("p", 100), "never more than the burst");
    }
}
