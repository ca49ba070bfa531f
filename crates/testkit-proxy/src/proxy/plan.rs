//! A plan: rules, read strictly.
//! It must not be half understood: what it does not know is an error before anything is done.

use serde::{Deserialize, Serialize};

use super::act::Act;
use super::error::PlanError;
use super::matching::Match;

/// Rules in order. The first one whose match fits an exchange, and whose turn it is, acts on it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Plan {
    /// The rules.
    pub rules: Vec<Rule>,
}

/// When something happens, and what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// Its name in the history; `rule-<position>` when empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Which exchanges it is about.
    #[serde(default, rename = "match")]
    pub matching: Match,
    /// Which of those it acts on; `"once"` when absent.
    #[serde(default)]
    pub occurrence: Occurrence,
    /// What it does.
    pub act: Act,
}

/// Which of the fitting exchanges a rule acts on. They are counted from 1, from when the rule was added; also those that an earlier
/// rule has acted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Occurrence {
    /// `"once"`: the first; `"always"`: each.
    Word(Word),
    /// That one alone.
    Nth(u64),
    /// From that one to that one, both included.
    Range(Span),
}

/// The words of [`Occurrence`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Word {
    /// The first.
    Once,
    /// Each.
    Always,
}

/// A range of occurrences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// The first one.
    pub from: u64,
    /// The last one.
    pub to: u64,
}

impl Default for Occurrence {
    fn default() -> Self {
        Self::Word(Word::Once)
    }
}

impl Occurrence {
    /// Each.
    pub const ALWAYS: Self = Self::Word(Word::Always);

    pub(crate) fn holds(self, count: u64) -> bool {
        match self {
            Self::Word(Word::Once) => count == 1,
            Self::Word(Word::Always) => true,
            Self::Nth(nth) => count == nth,
            Self::Range(Span { from, to }) => (from..=to).contains(&count),
        }
    }
}

impl Rule {
    /// A rule that acts once.
    pub fn once(matching: Match, act: Act) -> Self {
        Self {
            name: String::new(),
            matching,
            occurrence: Occurrence::default(),
            act,
        }
    }

    /// A rule that acts on every exchange that fits.
    pub fn always(matching: Match, act: Act) -> Self {
        Self {
            occurrence: Occurrence::ALWAYS,
            ..Self::once(matching, act)
        }
    }

    /// A rule that acts on the `nth` exchange that fits, from 1.
    pub fn nth(matching: Match, nth: u64, act: Act) -> Self {
        Self {
            occurrence: Occurrence::Nth(nth),
            ..Self::once(matching, act)
        }
    }

    /// The same under a name.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self {
            name: name.into(),
            ..self
        }
    }
}

impl Plan {
    /// Reads a plan's JSON.
    ///
    /// # Errors
    /// What is unknown or wrong in it, and where.
    pub fn parse(text: &str) -> Result<Self, PlanError> {
        let plan: Self = serde_json::from_str(text).map_err(|error| PlanError::Syntax(error.to_string()))?;
        plan.check()?;
        Ok(plan)
    }

    /// Checks what the JSON's shape alone does not tell.
    pub(crate) fn check(&self) -> Result<(), PlanError> {
        let mut names = std::collections::BTreeSet::new();
        for (index, rule) in self.rules.iter().enumerate() {
            let called = match rule.name.as_str() {
                "" => (index + 1).to_string(),
                name => format!("`{name}`"),
            };
            let wrong = |problem: String| PlanError::Rule {
                rule: called.clone(),
                problem,
            };
            if !rule.name.is_empty() && !names.insert(&rule.name) {
                return Err(wrong("another rule has the same name".into()));
            }
            rule.check().map_err(wrong)?;
        }
        Ok(())
    }
}
