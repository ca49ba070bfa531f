//! The table at the end.
//! It must not change what it sums up; its last line is read by other programs.

use std::fmt::Write;
use std::time::Duration;

use super::counts::Counts;
use super::stage::StageResult;

/// One line for each stage, one for each that took longer than it may, then `N passed, N failed` alone on the last.
pub fn text(results: &[StageResult]) -> String {
    let mut text = String::from("\nstage           result   seconds  budget  passed  failed ignored\n");
    let mut sum = Counts::default();
    // Writing to a String cannot fail.
    for result in results {
        let word = if result.error.is_some() { "FAILED" } else { "ok" };
        let Counts {
            passed,
            failed,
            ignored,
        } = result.counts;
        let _ = writeln!(
            text,
            "{:<15} {word:<7} {:>8.1} {:>7} {passed:>7} {failed:>7} {ignored:>7}",
            result.name,
            result.took.as_secs_f64(),
            result.budget.map_or("-".into(), |budget| budget.to_string()),
        );
        sum += result.counts;
    }
    let seconds = |budgeted: bool| -> f64 {
        let those = results.iter().filter(|result| result.budget.is_some() == budgeted);
        those.map(|result| result.took.as_secs_f64()).sum()
    };
    let budget: u64 = results.iter().filter_map(|result| result.budget).sum();
    let _ = writeln!(text, "{:<23} {:>8.1} {budget:>7}", "together", seconds(true));
    let _ = writeln!(text, "{:<23} {:>8.1} {:>7}", "compiling", seconds(false), "-");
    for result in results {
        if let Some(budget) = result
            .budget
            .filter(|budget| result.took > Duration::from_secs(*budget))
        {
            let took = result.took.as_secs_f64();
            let _ = writeln!(text, "{} took {took:.1} s: its budget is {budget} s", result.name);
        }
    }
    let _ = writeln!(text, "\n{} passed, {} failed", sum.passed, sum.failed);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(name: &'static str, passed: u64, failed: u64) -> StageResult {
        StageResult {
            name,
            budget: Some(10),
            took: Duration::from_secs(1),
            counts: Counts {
                passed,
                failed,
                ignored: 0,
            },
            error: None,
        }
    }

    #[test]
    fn the_last_line_is_the_sum_and_a_failed_stage_is_named() {
        let failed = StageResult {
            error: Some(anyhow::anyhow!("no")),
            ..result("doc", 4, 2)
        };
        let text = text(&[result("unit", 3, 0), failed]);
        assert_eq!(text.lines().last(), Some("7 passed, 2 failed"));
        assert!(
            text.lines()
                .any(|line| line.starts_with("doc ") && line.contains("FAILED")),
            "{text}"
        );
    }

    #[test]
    fn a_stage_over_its_budget_is_named_and_compiling_has_none() {
        let slow = StageResult {
            took: Duration::from_secs(12),
            ..result("slow", 1, 0)
        };
        let built = StageResult {
            budget: None,
            took: Duration::from_secs(500),
            ..result("build", 0, 0)
        };
        let text = text(&[result("quick", 1, 0), slow, built]);
        let over: Vec<&str> = text.lines().filter(|line| line.contains("its budget is")).collect();
        assert_eq!(over, ["slow took 12.0 s: its budget is 10 s"]);
        let has = |start: &str, number: &str| {
            let mut lines = text.lines().filter(|line| line.starts_with(start));
            lines.any(|line| line.contains(number))
        };
        assert!(has("together", "13.0") && has("compiling", "500.0"), "{text}");
    }
}
