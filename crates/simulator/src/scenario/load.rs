//! Reads a scenario from JSON or YAML text, a file, or a built-in name.
//! It must not fill in defaults; `Scenario::completed` does.

use std::path::Path;

use super::{Scenario, many_groups, many_tenants, three_groups, two_sites};

/// Why a scenario cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScenarioError {
    /// The file cannot be read.
    #[error("cannot read scenario {path}")]
    Read {
        /// The file's path.
        path: String,
        /// The reason.
        #[source]
        source: std::io::Error,
    },
    /// The text is no scenario.
    #[error("scenario is not valid: {0}")]
    Syntax(String),
    /// A group or server names a project that no account has.
    #[error("scenario names project {0:?}, which no account has")]
    UnknownProject(String),
    /// A group names a domain that the scenario lacks.
    #[error("scenario names domain {0:?}, which it does not define")]
    UnknownDomain(String),
    /// Two objects share an id.
    #[error("scenario uses the id {0} twice")]
    DuplicateId(String),
    /// A tenant of OCP is the standby of one that no cluster has.
    #[error("scenario names tenant {0:?}, which no cluster has")]
    UnknownTenant(String),
    /// A switch is unknown or has a value that does not fit.
    #[error(transparent)]
    Switch(#[from] crate::switches::SwitchError),
}

impl Scenario {
    /// Parses JSON (text that starts with `{`) or YAML.
    ///
    /// # Errors
    /// When the text is neither, or has unknown fields.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|e| ScenarioError::Syntax(e.to_string()))
        } else {
            serde_saphyr::from_str(text).map_err(|e| ScenarioError::Syntax(e.to_string()))
        }
    }

    /// Finds a scenario by `three-groups`, `groups:<n>`, `two-sites`, `tenants:<n>` or a file path.
    ///
    /// # Errors
    /// When the name is no built-in and the file cannot be read or parsed.
    pub fn find(name: &str) -> Result<Self, ScenarioError> {
        if let Some(scenario) = Self::built_in(name) {
            return Ok(scenario);
        }
        let path = Path::new(name);
        let text = std::fs::read_to_string(path).map_err(|source| ScenarioError::Read {
            path: name.into(),
            source,
        })?;
        Self::parse(&text)
    }

    /// The built-in scenario of that name: `three-groups`, `groups:<n>` for n groups, `two-sites` of OCP, or `tenants:<n>` for n
    /// pairs of tenants.
    pub fn built_in(name: &str) -> Option<Self> {
        match name {
            "three-groups" => return Some(three_groups()),
            "two-sites" => return Some(two_sites()),
            _ => {}
        }
        if let Some(n) = name.strip_prefix("tenants:") {
            return n.parse().ok().map(many_tenants);
        }
        name.strip_prefix("groups:")?.parse().ok().map(many_groups)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_yaml_are_the_same_scenario() {
        let json = r#"{"name":"x","groups":[{"name":"g","priorityStation":"target"}]}"#;
        let yaml = "name: x\ngroups:\n  - name: g\n    priorityStation: target\n";
        assert_eq!(
            Scenario::parse(json).expect("json"),
            Scenario::parse(yaml).expect("yaml")
        );
    }

    #[test]
    fn a_misspelt_field_is_an_error() {
        assert!(matches!(
            Scenario::parse(r#"{"grups":[]}"#),
            Err(ScenarioError::Syntax(_))
        ));
        assert!(matches!(Scenario::parse("grups: []"), Err(ScenarioError::Syntax(_))));
    }

    #[test]
    fn generators_are_found_by_name() {
        assert_eq!(Scenario::built_in("groups:7").expect("seven").groups.len(), 7);
        assert!(Scenario::built_in("groups:x").is_none());
    }
}
