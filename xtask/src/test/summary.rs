//! The table at the end.
//! It must not change what it sums up; its last line is read by other programs.

use std::fmt::Write;

use super::counts::Counts;
use super::stage::Outcome;

/// One line for each stage, then `N passed, N failed` alone on the last.
pub fn text(outcomes: &[Outcome]) -> String {
    let mut text = String::from("\nstage           result   seconds  passed  failed ignored\n");
    let mut sum = Counts::default();
    for outcome in outcomes {
        let result = if outcome.error.is_some() { "FAILED" } else { "ok" };
        let Counts {
            passed,
            failed,
            ignored,
        } = outcome.counts;
        let seconds = outcome.took.as_secs_f64();
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{:<15} {result:<7} {seconds:>8.1} {passed:>7} {failed:>7} {ignored:>7}",
            outcome.name
        );
        sum += outcome.counts;
    }
    let seconds: f64 = outcomes.iter().map(|outcome| outcome.took.as_secs_f64()).sum();
    let _ = writeln!(
        text,
        "{:<23} {seconds:>8.1}\n\n{} passed, {} failed",
        "together", sum.passed, sum.failed
    );
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_last_line_is_the_sum_and_a_failed_stage_is_named() {
        let outcome = |name, passed, failed, error| Outcome {
            name,
            took: Duration::from_secs(1),
            counts: Counts {
                passed,
                failed,
                ignored: 0,
            },
            error,
        };
        let outcomes = [
            outcome("unit", 3, 0, None),
            outcome("doc", 4, 2, Some(anyhow::anyhow!("no"))),
        ];
        let text = text(&outcomes);
        assert_eq!(text.lines().last(), Some("7 passed, 2 failed"));
        assert!(
            text.lines()
                .any(|line| line.starts_with("doc ") && line.contains("FAILED")),
            "{text}"
        );
    }
}
