//! The lag that a status shows: it changes when the true one crosses a step. The metrics have the exact figure.
//! It must not change at rest: a standby that follows is never as far behind as a moment ago.

use stationmaster_api as api;

/// The upper edges of the steps, in seconds; the last step has none.
const STEPS: [u64; 8] = [1, 5, 10, 30, 60, 5 * 60, 15 * 60, 60 * 60];

/// What is shown of a lag. `before` is what was shown last.
pub fn shown(lag: u64, before: Option<u64>) -> u64 {
    match before {
        Some(before) if stays(lag, before) => before,
        _ => lag,
    }
}

/// Whether it is on the step of `before`, or so little below that it may be back in a moment.
fn stays(lag: u64, before: u64) -> bool {
    let step = step(before);
    let lower = step.checked_sub(1).and_then(|below| STEPS.get(below));
    let above = lower.is_none_or(|edge| lag.saturating_mul(2) > *edge);
    above && self::step(lag) <= step
}

fn step(lag: u64) -> usize {
    STEPS.partition_point(|edge| *edge < lag)
}

/// Whether the moment up to which the other side is complete is news: of one that follows it moves with the clock.
pub fn tells_moment(state: api::ReplicationState) -> bool {
    !matches!(
        state,
        api::ReplicationState::Active | api::ReplicationState::Synchronizing
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lag_is_told_anew_when_it_crosses_a_step_and_not_for_each_second() {
        let told = [0, 1, 0, 2, 4, 5, 1, 0, 7, 12, 9, 4, 3000, 4000, 9000, 1900, 1700, 0];
        let shown_of = |told: &[u64]| {
            let mut last = None;
            told.iter()
                .map(|lag| {
                    last = Some(shown(*lag, last));
                    last.unwrap_or_default()
                })
                .collect::<Vec<_>>()
        };
        let expected = [0, 0, 0, 2, 2, 2, 2, 0, 7, 12, 12, 4, 3000, 4000, 4000, 4000, 1700, 0];
        assert_eq!(shown_of(&told), expected);
    }

    #[test]
    fn the_edges_belong_to_the_step_below() {
        let edges: Vec<usize> = STEPS.iter().map(|edge| step(*edge)).collect();
        assert_eq!(edges, (0..STEPS.len()).collect::<Vec<_>>());
        assert_eq!(step(3601), STEPS.len());
    }
}
