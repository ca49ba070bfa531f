//! Looks for programs that are there already: `$KUBEBUILDER_ASSETS` (the convention of envtest), then PATH.
//! It must not fail on an unfitting program on PATH: it is passed over with a note.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Binary, Error, Origin, Tool, version};

/// Where programs are looked for, and where built ones are kept.
#[derive(Clone, Debug)]
pub struct Places {
    /// The directory in `KUBEBUILDER_ASSETS`; where set, nothing else is used.
    pub assets: Option<PathBuf>,
    /// The directories of PATH.
    pub path: Vec<PathBuf>,
    /// The directory with the pinned Go modules, `tools/` of the checkout.
    pub modules: PathBuf,
    /// Where built programs are kept: a directory outside the checkout.
    pub cache: PathBuf,
}

impl Places {
    /// The places that the environment of this process names.
    pub fn from_environment() -> Result<Self, Error> {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let cache = set("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .or_else(|| set("HOME").map(|home| PathBuf::from(home).join(".cache")))
            .ok_or(Error::NoCache)?;
        Ok(Self {
            assets: set("KUBEBUILDER_ASSETS").map(PathBuf::from),
            path: set("PATH")
                .map(|path| std::env::split_paths(&path).collect())
                .unwrap_or_default(),
            modules: modules(),
            cache: cache.join("stationmaster").join("tools"),
        })
    }
}

/// `tools/` of the checkout that this was built from; if that is gone, of the one around the working directory.
fn modules() -> PathBuf {
    let built_from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools");
    let here = std::env::current_dir().unwrap_or_default();
    let around = here.ancestors().map(|directory| directory.join("tools"));
    let mut candidates = std::iter::once(built_from.clone()).chain(around);
    candidates
        .find(|tools| tools.join("kubernetes/go.mod").is_file())
        .unwrap_or(built_from)
}

/// The programs that need not be built.
pub fn search(tools: &[Tool], places: &Places) -> Result<BTreeMap<Tool, Binary>, Error> {
    match &places.assets {
        Some(directory) => in_assets(tools, directory),
        None => Ok(on_path(tools, &places.path)),
    }
}

fn in_assets(tools: &[Tool], directory: &Path) -> Result<BTreeMap<Tool, Binary>, Error> {
    let mut found = BTreeMap::new();
    let mut problems = Vec::new();
    for &tool in tools {
        let path = directory.join(tool.name());
        if !path.is_file() {
            problems.push(format!("  {} is missing", tool.name()));
            continue;
        }
        match version::check(tool, &path) {
            Ok(version) => {
                found.insert(
                    tool,
                    Binary {
                        path,
                        version,
                        origin: Origin::Assets,
                    },
                );
            }
            Err(problem) => problems.push(format!("  {} {problem}", tool.name())),
        }
    }
    problems.extend(disagreement(&found).map(|problem| format!("  {problem}")));
    if problems.is_empty() {
        return Ok(found);
    }
    Err(Error::Assets {
        directory: directory.to_path_buf(),
        problems: problems.join("\n"),
    })
}

fn on_path(tools: &[Tool], path: &[PathBuf]) -> BTreeMap<Tool, Binary> {
    let mut found: BTreeMap<Tool, Binary> = tools
        .iter()
        .filter_map(|&tool| Some((tool, first_fitting(tool, path)?)))
        .collect();
    // API server and controller manager go together: built ones never meet ones from PATH.
    let pair = [Tool::KubeApiserver, Tool::KubeControllerManager];
    let half = pair
        .iter()
        .any(|tool| tools.contains(tool) && !found.contains_key(tool));
    let why = if half {
        Some("only one of the two is there".to_owned())
    } else {
        disagreement(&found)
    };
    if let Some(why) = why {
        for tool in pair {
            if found.remove(&tool).is_some() {
                tracing::debug!("{} on PATH is passed over: {why}", tool.name());
            }
        }
    }
    found
}

fn first_fitting(tool: Tool, path: &[PathBuf]) -> Option<Binary> {
    let candidates = path
        .iter()
        .map(|directory| directory.join(tool.name()))
        .filter(|file| file.is_file());
    for path in candidates {
        match version::check(tool, &path) {
            Ok(version) => {
                return Some(Binary {
                    path,
                    version,
                    origin: Origin::Path,
                });
            }
            Err(problem) => tracing::debug!("{} is passed over: it {problem}", path.display()),
        }
    }
    None
}

/// Says that API server and controller manager are of different minor versions.
fn disagreement(found: &BTreeMap<Tool, Binary>) -> Option<String> {
    let server = &found.get(&Tool::KubeApiserver)?.version;
    let manager = &found.get(&Tool::KubeControllerManager)?.version;
    ((server.major, server.minor) != (manager.major, manager.minor))
        .then(|| format!("kube-controller-manager is {manager}, kube-apiserver {server}: the minor versions differ"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A program that answers as the real one would.
    fn program(directory: &Path, tool: Tool, answer: &str) {
        let path = directory.join(tool.name());
        std::fs::write(&path, format!("#!/bin/sh\necho '{answer}'\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    const PAIR: [Tool; 2] = [Tool::KubeApiserver, Tool::KubeControllerManager];

    #[test]
    fn an_old_program_on_path_is_passed_over_for_a_fitting_one_behind_it() {
        let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        program(old.path(), Tool::Etcd, "etcd Version: 3.4.23");
        program(new.path(), Tool::Etcd, "etcd Version: 3.6.1");
        let path = [old.path().to_path_buf(), new.path().to_path_buf()];
        let found = on_path(&[Tool::Etcd], &path);
        assert_eq!(found[&Tool::Etcd].path, new.path().join("etcd"));
        assert!(on_path(&[Tool::Etcd], &path[..1]).is_empty());
    }

    #[test]
    fn api_server_and_controller_manager_come_from_path_together_or_not_at_all() {
        let directory = tempfile::tempdir().unwrap();
        let path = [directory.path().to_path_buf()];
        program(directory.path(), Tool::KubeApiserver, "Kubernetes v1.35.2");
        assert!(on_path(&PAIR, &path).is_empty(), "half of the pair");
        assert_eq!(
            on_path(&[Tool::KubeApiserver], &path).len(),
            1,
            "not asked for the other"
        );
        program(directory.path(), Tool::KubeControllerManager, "Kubernetes v1.34.0");
        assert!(on_path(&PAIR, &path).is_empty(), "minor versions differ");
        program(directory.path(), Tool::KubeControllerManager, "Kubernetes v1.35.0");
        assert_eq!(on_path(&PAIR, &path).len(), 2);
    }

    #[test]
    fn assets_are_all_or_an_error_that_names_each_problem() {
        let directory = tempfile::tempdir().unwrap();
        program(directory.path(), Tool::Etcd, "etcd Version: 3.4.23");
        program(directory.path(), Tool::KubeApiserver, "Kubernetes v1.36.3");
        let error = in_assets(&Tool::CONTROL_PLANE, directory.path())
            .unwrap_err()
            .to_string();
        assert!(error.contains("etcd is 3.4.23, 3.5.13 or newer is needed"), "{error}");
        assert!(error.contains("kube-controller-manager is missing"), "{error}");
        program(directory.path(), Tool::Etcd, "etcd Version: 3.7.3");
        program(directory.path(), Tool::KubeControllerManager, "Kubernetes v1.36.0");
        assert_eq!(in_assets(&Tool::CONTROL_PLANE, directory.path()).unwrap().len(), 3);
    }
}
