//! How many tests ran, read from what the test programs print.
//! It must not guess: a line that it does not know counts nothing.

/// Sums over test programs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// Tests that are marked to be left out.
    pub ignored: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }
}

impl Counts {
    /// The counts in a line such as `test result: ok. 22 passed; 0 failed; 1 ignored; 0 measured; …`.
    pub fn from_line(line: &str) -> Option<Self> {
        let (_, rest) = line.trim_start().strip_prefix("test result: ")?.split_once(". ")?;
        let mut counts = Self::default();
        for part in rest.split(';') {
            match part.trim().split_once(' ') {
                Some((number, "passed")) => counts.passed = number.parse().ok()?,
                Some((number, "failed")) => counts.failed = number.parse().ok()?,
                Some((number, "ignored")) => counts.ignored = number.parse().ok()?,
                _ => {}
            }
        }
        Some(counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn result_lines_are_counted_and_other_lines_are_not() {
        let failed =
            "test result: FAILED. 2 passed; 1 failed; 3 ignored; 0 measured; 4 filtered out; finished in 0.65s";
        assert_eq!(
            Counts::from_line(failed),
            Some(Counts {
                passed: 2,
                failed: 1,
                ignored: 3
            })
        );
        let ok = "test result: ok. 22 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.65s";
        assert_eq!(Counts::from_line(ok).map(|counts| counts.passed), Some(22));
        assert_eq!(Counts::from_line("test a::test_result ... ok"), None);
        assert_eq!(Counts::from_line("running 22 tests"), None);
    }
}
