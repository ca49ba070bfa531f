//! The named switches: one for each point where the documents are silent or a rehearsal needs another value.
//! It must not decide anything itself; the modules that own a point read its switch.

mod ocp;
mod table;
mod words;

use std::collections::BTreeMap;

pub use ocp::OcpSwitches;
pub use table::Switches;
pub use words::{
    AliveCheck, AuthClock, BatchRule, BusyScope, CodeForm, CountMeaning, Envelope, EpochForm, FlipTime, ListForm,
    OpenEndTime, ProgressStyle, RefuseOrAllow, ReverseToActive, ScnForm, ServiceStep, SubJobEntities, SubJobs,
    TimeForm,
};

/// Why a switch cannot be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SwitchError {
    /// No switch has that name.
    #[error("no switch is called {0:?}; `--help` lists them")]
    Unknown(String),
    /// The value does not fit.
    #[error("switch {name} does not take {value:?}: {expected}")]
    Value {
        /// The switch.
        name: String,
        /// What was given.
        value: String,
        /// What it takes.
        expected: String,
    },
    /// `name=value` was expected.
    #[error("{0:?} is not of the form name=value")]
    Form(String),
}

/// One row of the table of switches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwitchInfo {
    /// Name, as in `--switch name=value`.
    pub name: &'static str,
    /// Default value.
    pub default: String,
    /// What it takes: a word list, or the unit of the number.
    pub takes: String,
    /// What it governs.
    pub doc: &'static str,
}

impl Switches {
    /// Sets a switch from `name=value`.
    ///
    /// # Errors
    /// When the text has no `=`, the name is unknown or the value does not fit.
    pub fn set_pair(&mut self, pair: &str) -> Result<(), SwitchError> {
        let (name, value) = pair.split_once('=').ok_or_else(|| SwitchError::Form(pair.into()))?;
        self.set(name.trim(), value.trim())
    }

    /// Sets several switches by name; on an error none is changed.
    ///
    /// # Errors
    /// When a name is unknown or a value does not fit.
    pub fn set_all(&mut self, values: &BTreeMap<String, String>) -> Result<(), SwitchError> {
        let mut next = self.clone();
        for (name, value) in values {
            next.set(name, value)?;
        }
        *self = next;
        Ok(())
    }

    /// The table as Markdown, for the documentation page.
    pub fn markdown() -> String {
        let mut text = String::from("| switch | default | takes | governs |\n|---|---|---|---|\n");
        for row in Self::table() {
            let default = if row.default.is_empty() {
                "(empty)".into()
            } else {
                format!("`{}`", row.default)
            };
            text.push_str(&format!(
                "| `{}` | {default} | {} | {} |\n",
                row.name, row.takes, row.doc
            ));
        }
        text
    }

    /// The table as plain text, for `--help`.
    pub fn help() -> String {
        Self::table()
            .iter()
            .map(|row| {
                format!(
                    "  {} (default {}; {})\n      {}\n",
                    row.name, row.default, row.takes, row.doc
                )
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_can_be_set_again() {
        let mut switches = Switches::default();
        for row in Switches::table() {
            switches
                .set(row.name, &row.default)
                .unwrap_or_else(|e| panic!("{}: {e}", row.name));
        }
        assert_eq!(switches, Switches::default());
    }

    #[test]
    fn wrong_names_and_values_are_refused_and_change_nothing() {
        let mut switches = Switches::default();
        assert!(matches!(switches.set("nope", "1"), Err(SwitchError::Unknown(_))));
        assert!(matches!(
            switches.set("enable-seconds", "-1"),
            Err(SwitchError::Value { .. })
        ));
        assert!(matches!(
            switches.set("enable-seconds", "NaN"),
            Err(SwitchError::Value { .. })
        ));
        assert!(matches!(switches.set_pair("enable-seconds"), Err(SwitchError::Form(_))));
        let two = BTreeMap::from([("enable-seconds".into(), "3".into()), ("zzz".into(), "3".into())]);
        assert!(switches.set_all(&two).is_err());
        assert_eq!(switches, Switches::default());
    }

    #[test]
    fn the_documentation_page_has_the_present_table() {
        let page = include_str!("../../../../docs/simulator.md");
        let table = Switches::markdown();
        assert!(
            page.contains(&table),
            "docs/simulator.md must have exactly this table:\n{table}"
        );
    }
}
