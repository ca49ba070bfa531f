//! A plan: rules, read strictly.
//! Must not be half understood: what it does not know is an error before anything is done.

use serde::{Deserialize, Serialize};

use super::act::{Act, Moment, SignalName};
use super::error::PlanError;
use super::matching::Match;
use crate::history::Source;

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

const VERBS: [&str; 8] = [
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
];

impl Rule {
    fn check(&self) -> Result<(), String> {
        match self.occurrence {
            Occurrence::Nth(0) | Occurrence::Range(Span { from: 0, .. }) => {
                return Err("occurrences are counted from 1".into());
            }
            Occurrence::Range(Span { from, to }) if to < from => {
                return Err(format!("the occurrences {from} to {to} are none"));
            }
            _ => {}
        }
        self.check_match()?;
        self.check_act()
    }

    fn check_match(&self) -> Result<(), String> {
        let matching = &self.matching;
        let words = [
            &matching.verb,
            &matching.resource,
            &matching.namespace,
            &matching.name,
            &matching.subresource,
        ];
        if matching.source == Some(Source::Provider) && words.iter().any(|word| word.is_some()) {
            return Err(
                "verb, resource, namespace, name and subresource are words of the API server, not of the provider"
                    .into(),
            );
        }
        if let Some(verb) = &matching.verb
            && !VERBS.contains(&verb.as_str())
        {
            return Err(format!("`{verb}` is no verb; there are {}", VERBS.join(", ")));
        }
        if let Some(path) = &matching.path
            && !path.starts_with(['/', '*'])
        {
            return Err(format!(
                "the path `{path}` starts with neither / nor *, so that it never fits"
            ));
        }
        if let Some(method) = &matching.method {
            http::Method::from_bytes(method.as_bytes()).map_err(|_| format!("`{method}` is no HTTP method"))?;
        }
        for part in &matching.body {
            if !part.pointer.is_empty() && !part.pointer.starts_with('/') {
                return Err(format!("`{}` is no JSON pointer: it starts with no /", part.pointer));
            }
            if part.equals.is_none() && part.contains.is_none() && part.exists.is_none() {
                return Err(format!("nothing is asked of the body at `{}`", part.pointer));
            }
        }
        Ok(())
    }

    fn check_act(&self) -> Result<(), String> {
        let watch = || match self.matching.verb.as_deref() {
            Some("watch") => Ok(()),
            _ => Err(format!("`{}` is for watches: match the verb `watch`", self.act.kind())),
        };
        match &self.act {
            Act::Signal {
                pid,
                pid_file,
                signal,
                continue_after_ms,
                ..
            } => {
                if pid.is_some() == pid_file.is_some() {
                    return Err("a signal needs either `pid` or `pidFile`".into());
                }
                if *pid == Some(0) {
                    return Err("0 is no process".into());
                }
                match continue_after_ms {
                    Some(_) if *signal != SignalName::Stop => Err("`continueAfterMs` is for STOP".into()),
                    _ => Ok(()),
                }
            }
            Act::Reset {
                when: Moment::AfterRelay,
            } => Err("a reset after the answer was passed on is none".into()),
            Act::Answer { status, .. } if !(200..=599).contains(status) => {
                Err(format!("{status} is no HTTP status that an answer can have"))
            }
            Act::Replay { back: Some(0), .. } => Err("`back` counts from 1".into()),
            Act::Replay { .. } => match self.matching.verb.as_deref() {
                Some("list" | "watch") => Ok(()),
                _ => Err("`replay` is for lists and watches: match the verb `list` or `watch`".into()),
            },
            Act::HideEvents { from: 0, .. } => Err("events are counted from 1".into()),
            Act::HideEvents { from, to: Some(to) } if to < from => Err(format!("the events {from} to {to} are none")),
            Act::FreezeWatch { .. } | Act::HideEvents { .. } | Act::GoneInStream { .. } => watch(),
            Act::SlowBody { bytes_per_second: 0 } => Err("`bytesPerSecond` must be at least 1".into()),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(rule: &str) -> String {
        Plan::parse(&format!("{{\"rules\": [{rule}]}}"))
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn what_does_not_read_is_told_with_its_place() {
        let cases = [
            (
                r#"{"act": {"kind": "explode"}}"#,
                "unknown variant `explode`, expected one of `signal`, `hook`",
            ),
            (r#"{"act": {"kind": "hold", "seconds": 3}}"#, "unknown field `seconds`"),
            (
                r#"{"match": {"verbs": "get"}, "act": {"kind": "hold"}}"#,
                "unknown field `verbs`",
            ),
            (
                r#"{"match": {"source": "cloud"}, "act": {"kind": "hold"}}"#,
                "unknown variant `cloud`",
            ),
            (r#"{"when": 3, "act": {"kind": "hold"}}"#, "unknown field `when`"),
            (r#"{"match": {}}"#, "missing field `act`"),
            (
                r#"{"occurrence": "twice", "act": {"kind": "hold"}}"#,
                "did not match any variant of untagged enum Occurrence",
            ),
            (
                r#"{"act": {"kind": "reset", "when": "later"}}"#,
                "unknown variant `later`",
            ),
        ];
        for (rule, expected) in cases {
            let error = refused(rule);
            assert!(error.contains(expected) && error.contains("line 1"), "{rule}: {error}");
        }
        assert!(
            Plan::parse("{\"rule\": []}")
                .unwrap_err()
                .to_string()
                .contains("unknown field `rule`")
        );
        assert!(
            Plan::parse("")
                .unwrap_err()
                .to_string()
                .starts_with("the plan does not read: EOF")
        );
    }

    #[test]
    fn what_reads_and_means_nothing_is_told_too() {
        let cases = [
            (
                r#"{"occurrence": 0, "act": {"kind": "hold"}}"#,
                "rule 1: occurrences are counted from 1",
            ),
            (
                r#"{"occurrence": {"from": 3, "to": 2}, "act": {"kind": "hold"}}"#,
                "the occurrences 3 to 2 are none",
            ),
            (
                r#"{"match": {"source": "provider", "verb": "get"}, "act": {"kind": "hold"}}"#,
                "not of the provider",
            ),
            (
                r#"{"match": {"verb": "put"}, "act": {"kind": "hold"}}"#,
                "`put` is no verb; there are get, list",
            ),
            (
                r#"{"match": {"path": "apis/*"}, "act": {"kind": "hold"}}"#,
                "`apis/*` starts with neither / nor *",
            ),
            (
                r#"{"match": {"method": "G T"}, "act": {"kind": "hold"}}"#,
                "`G T` is no HTTP method",
            ),
            (
                r#"{"match": {"body": [{"pointer": "x", "exists": true}]}, "act": {"kind": "hold"}}"#,
                "`x` is no JSON pointer",
            ),
            (
                r#"{"match": {"body": [{"pointer": "/x"}]}, "act": {"kind": "hold"}}"#,
                "nothing is asked of the body at `/x`",
            ),
            (
                r#"{"act": {"kind": "signal", "signal": "KILL", "when": "afterRelay"}}"#,
                "either `pid` or `pidFile`",
            ),
            (
                r#"{"act": {"kind": "signal", "signal": "KILL", "pid": 7, "when": "afterRelay", "continueAfterMs": 1}}"#,
                "`continueAfterMs` is for STOP",
            ),
            (
                r#"{"act": {"kind": "signal", "signal": "KILL", "pid": 0, "when": "afterRelay"}}"#,
                "0 is no process",
            ),
            (r#"{"act": {"kind": "reset", "when": "afterRelay"}}"#, "is none"),
            (r#"{"act": {"kind": "answer", "status": 99}}"#, "99 is no HTTP status"),
            (r#"{"act": {"kind": "replay"}}"#, "match the verb `list` or `watch`"),
            (
                r#"{"match": {"verb": "list"}, "act": {"kind": "replay", "back": 0}}"#,
                "`back` counts from 1",
            ),
            (r#"{"act": {"kind": "freezeWatch"}}"#, "`freezeWatch` is for watches"),
            (
                r#"{"match": {"verb": "watch"}, "act": {"kind": "hideEvents", "from": 4, "to": 2}}"#,
                "the events 4 to 2",
            ),
            (r#"{"act": {"kind": "slowBody", "bytesPerSecond": 0}}"#, "at least 1"),
            (
                r#"{"name": "a", "act": {"kind": "hold"}}, {"name": "a", "act": {"kind": "hold"}}"#,
                "rule `a`: another rule",
            ),
        ];
        for (rule, expected) in cases {
            let error = refused(rule);
            assert!(error.contains(expected), "{rule}: {error}");
        }
    }

    #[test]
    fn occurrences() {
        let read = |text: &str| serde_json::from_str::<Occurrence>(text).unwrap();
        let held = |occurrence: Occurrence| (1..=4).filter(|count| occurrence.holds(*count)).collect::<Vec<_>>();
        assert_eq!(held(read("\"once\"")), [1]);
        assert_eq!(held(read("\"always\"")), [1, 2, 3, 4]);
        assert_eq!(held(read("3")), [3]);
        assert_eq!(held(read("{\"from\": 2, \"to\": 3}")), [2, 3]);
        assert_eq!(Occurrence::default(), read("\"once\""));
    }
}
