//! Rules that read but mean nothing are refused, with the reason.
//! It must not refuse what merely never happens.

use super::act::{Act, Moment, SignalName};
use super::plan::{Occurrence, Rule, Span};
use crate::history::Source;

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
    pub(super) fn check(&self) -> Result<(), String> {
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
