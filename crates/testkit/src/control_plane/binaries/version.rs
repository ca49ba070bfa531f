//! What a program says about its version, and whether that fits.
//! It must not decide where to look.

use std::path::Path;
use std::process::Command;

use semver::Version;

use super::Tool;

/// The oldest API server and kubectl that are supported.
const KUBERNETES: Version = Version::new(1, 33, 0);
/// The oldest etcd that serves streaming lists.
const ETCD: Version = Version::new(3, 5, 13);

/// The oldest version of a tool that fits.
pub fn oldest(tool: Tool) -> Version {
    match tool {
        Tool::KubeApiserver | Tool::KubeControllerManager | Tool::Kubectl => KUBERNETES,
        Tool::Etcd | Tool::Etcdctl | Tool::Etcdutl => ETCD,
    }
}

/// Asks the program for its version and refuses it if it is too old; the text says why.
pub fn check(tool: Tool, path: &Path) -> Result<Version, String> {
    let arguments: &[&str] = match tool {
        Tool::KubeApiserver | Tool::KubeControllerManager | Tool::Etcd => &["--version"],
        Tool::Kubectl => &["version", "--client", "-o", "json"],
        Tool::Etcdctl | Tool::Etcdutl => &["version"],
    };
    let output = Command::new(path)
        .args(arguments)
        .output()
        .map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let version = parse(tool, &text).ok_or_else(|| format!("does not tell its version ({})", output.status))?;
    let oldest = oldest(tool);
    if version < oldest {
        return Err(format!("is {version}, {oldest} or newer is needed"));
    }
    Ok(version)
}

/// The version in a program's answer.
pub fn parse(tool: Tool, answer: &str) -> Option<Version> {
    let version = match tool {
        Tool::KubeApiserver | Tool::KubeControllerManager => answer.trim().strip_prefix("Kubernetes ")?.to_owned(),
        Tool::Kubectl => {
            let answer: serde_json::Value = serde_json::from_str(answer).ok()?;
            answer["clientVersion"]["gitVersion"].as_str()?.to_owned()
        }
        Tool::Etcd => labelled(answer, "etcd Version: ")?,
        Tool::Etcdctl => labelled(answer, "etcdctl version: ")?,
        Tool::Etcdutl => labelled(answer, "etcdutl version: ")?,
    };
    Version::parse(version.trim().trim_start_matches('v')).ok()
}

fn labelled(answer: &str, label: &str) -> Option<String> {
    answer
        .lines()
        .find_map(|line| line.strip_prefix(label))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_program_answers_in_its_own_way() {
        let kubectl = r#"{"clientVersion": {"major": "1", "minor": "32+", "gitVersion": "v1.32.4-dispatcher"}}"#;
        let cases = [
            (Tool::KubeApiserver, "Kubernetes v1.36.3\n", Some("1.36.3")),
            (Tool::Kubectl, kubectl, Some("1.32.4-dispatcher")),
            (
                Tool::Etcd,
                "etcd Version: 3.4.23\nGit SHA: Not provided\n",
                Some("3.4.23"),
            ),
            (
                Tool::Etcdctl,
                "etcdctl version: 3.7.3\nAPI version: 3.7\n",
                Some("3.7.3"),
            ),
            (
                Tool::Etcdutl,
                "etcdutl version: 3.7.3\nAPI version: 3.7\n",
                Some("3.7.3"),
            ),
            (Tool::Kubectl, "error: unknown shorthand flag", None),
            (Tool::KubeApiserver, "", None),
        ];
        for (tool, answer, expected) in cases {
            assert_eq!(
                parse(tool, answer).map(|version| version.to_string()).as_deref(),
                expected,
                "{answer}"
            );
        }
    }

    #[test]
    fn a_distribution_build_of_a_fitting_version_is_not_taken_for_an_older_one() {
        assert!(Version::parse("1.33.1-gke.100").unwrap() >= oldest(Tool::Kubectl));
        assert!(Version::parse("1.32.4-dispatcher").unwrap() < oldest(Tool::Kubectl));
    }
}
