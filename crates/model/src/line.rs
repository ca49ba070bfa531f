//! One line of a run: a model that holds, a known-bad design that was found, a guarantee that nobody can give.
//! It must not run anything.

use std::fmt;
use std::time::Duration;

/// One line of what `cargo xtask model` prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What was explored: `intent/sdrs`, or the name of a design.
    pub name: String,
    /// What came of it.
    pub finding: Finding,
}

/// What came of an exploration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// A model that must hold.
    Holds {
        /// How many distinct states were seen.
        states: usize,
        /// How long it took.
        took: Duration,
        /// What was violated, each with the steps that lead there.
        violations: Vec<Violation>,
    },
    /// A design that is known to be wrong: the shortest way to see it, if it was found.
    KnownBad {
        /// The steps; none if the model is blind to it.
        steps: Option<Vec<String>>,
    },
    /// Something that cannot be promised: the shortest way to see it. Where it is not found any more, the documents promise too little.
    Impossible {
        /// The steps; none if it was not found.
        steps: Option<Vec<String>>,
    },
}

/// A broken property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The property.
    pub property: &'static str,
    /// The shortest way to it that was found.
    pub steps: Vec<String>,
}

impl Line {
    /// Whether it is as it should be.
    pub fn is_good(&self) -> bool {
        match &self.finding {
            Finding::Holds { states, violations, .. } => *states > 1 && violations.is_empty(),
            Finding::KnownBad { steps } | Finding::Impossible { steps } => steps.is_some(),
        }
    }

    /// The steps behind it, one in a line, for who wants to follow them.
    pub fn steps(&self) -> String {
        let ways: Vec<&[String]> = match &self.finding {
            Finding::Holds { violations, .. } => violations.iter().map(|v| v.steps.as_slice()).collect(),
            Finding::KnownBad { steps } | Finding::Impossible { steps } => steps.iter().map(Vec::as_slice).collect(),
        };
        let mut text = String::new();
        for way in ways {
            for (number, step) in way.iter().enumerate() {
                text.push_str(&format!("    {:>2}. {step}\n", number + 1));
            }
        }
        text
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match &self.finding {
            Finding::Holds {
                states,
                took,
                violations,
            } => {
                let (seconds, count) = (took.as_secs_f64(), violations.len());
                write!(f, "{name}: {states} states, {seconds:.1} s, {count} violations")?;
                violations.iter().try_for_each(|v| write!(f, "; {}", v.property))
            }
            Finding::KnownBad { steps: Some(steps) } => write!(f, "known-bad {name}: found in {} steps", steps.len()),
            Finding::KnownBad { steps: None } => write!(f, "known-bad {name}: NOT FOUND"),
            Finding::Impossible { steps: Some(steps) } => {
                write!(f, "cannot be promised: {name}: found in {} steps", steps.len())
            }
            Finding::Impossible { steps: None } => write!(f, "cannot be promised: {name}: NOT FOUND"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(finding: Finding) -> Line {
        let name = "m".to_owned();
        Line { name, finding }
    }

    #[test]
    fn a_line_says_what_was_seen_and_whether_that_is_good() {
        let holds = |states, violations| {
            let took = Duration::from_millis(1500);
            line(Finding::Holds {
                states,
                took,
                violations,
            })
        };
        assert_eq!(holds(7, vec![]).to_string(), "m: 7 states, 1.5 s, 0 violations");
        assert!(holds(7, vec![]).is_good());
        assert!(
            !holds(1, vec![]).is_good(),
            "a model in which nothing happens proves nothing"
        );
        let broken = Violation {
            property: "moves once",
            steps: vec!["a".into(), "b".into()],
        };
        let broken = holds(7, vec![broken]);
        assert!(!broken.is_good());
        assert_eq!(broken.to_string(), "m: 7 states, 1.5 s, 1 violations; moves once");
        assert_eq!(broken.steps(), "     1. a\n     2. b\n");
        let found = line(Finding::KnownBad {
            steps: Some(vec!["a".into()]),
        });
        assert_eq!(
            (found.to_string().as_str(), found.is_good()),
            ("known-bad m: found in 1 steps", true)
        );
        assert!(!line(Finding::KnownBad { steps: None }).is_good());
        assert!(!line(Finding::Impossible { steps: None }).is_good());
    }
}
