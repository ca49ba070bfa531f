//! How the programs of one Go module are built: versions and flags, and a key that changes with any of them.
//! It must not run anything.

use std::fs;
use std::path::{Path, PathBuf};

use semver::Version;
use sha2::{Digest, Sha256};

use super::{Error, Family, golang};

/// How to build the tools of one family.
pub struct Recipe {
    /// Directory of the Go module.
    pub module: PathBuf,
    /// The Go version that the module asks for.
    pub go: Version,
    /// The version of the tools.
    pub version: Version,
    /// Arguments of `go build` before `-o`.
    pub flags: Vec<String>,
    /// Names the directory of the built programs: the same sources and flags give the same key.
    pub key: String,
}

impl Recipe {
    /// Reads the pinned module of a family below `modules`.
    pub fn read(family: Family, modules: &Path) -> Result<Self, Error> {
        let (directory, requirement) = match family {
            Family::Kubernetes => ("kubernetes", "k8s.io/kubernetes"),
            Family::Etcd => ("etcd", "go.etcd.io/etcd/server/v3"),
        };
        let module = modules.join(directory);
        let read = |name: &str| {
            let path = module.join(name);
            fs::read_to_string(&path).map_err(Error::io(&path))
        };
        let (go_mod, go_sum) = (read("go.mod")?, read("go.sum")?);
        let lacks = |problem: &str| Error::Module {
            path: module.join("go.mod"),
            problem: problem.to_owned(),
        };
        let go = go_version(&go_mod).ok_or_else(|| lacks("no `go` line"))?;
        let version =
            required(&go_mod, requirement).ok_or_else(|| lacks(&format!("does not require {requirement}")))?;
        let flags = vec![
            "-mod=readonly".into(),
            "-trimpath".into(),
            format!("-ldflags={}", linker_flags(family, &version)),
        ];
        let mut hash = Sha256::new();
        let platform = [std::env::consts::OS, std::env::consts::ARCH].map(str::to_owned);
        for part in [go_mod, go_sum].iter().chain(&flags).chain(&platform) {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let key = format!("{directory}-{version}-{}", &hex::encode(hash.finalize())[..16]);
        Ok(Self {
            module,
            go,
            version,
            flags,
            key,
        })
    }
}

/// Helm's `kubeVersion` and Kubernetes' compatibility logic read the version that is linked in.
fn linker_flags(family: Family, version: &Version) -> String {
    let Family::Kubernetes = family else {
        return "-s -w".into();
    };
    let base = "-X k8s.io/component-base/version";
    format!(
        "-s -w {base}.gitVersion=v{version} {base}.gitMajor={} {base}.gitMinor={} {base}.gitTreeState=clean \
         -X k8s.io/client-go/pkg/version.gitVersion=v{version}",
        version.major, version.minor
    )
}

fn go_version(go_mod: &str) -> Option<Version> {
    go_mod
        .lines()
        .find_map(|line| golang::parse_number(line.strip_prefix("go ")?.trim()))
}

fn required(go_mod: &str, module: &str) -> Option<Version> {
    go_mod.lines().find_map(|line| {
        let mut words = line.trim().trim_start_matches("require ").split_ascii_whitespace();
        let fits = words.next() == Some(module);
        fits.then(|| words.next())
            .flatten()
            .and_then(|version| Version::parse(version.strip_prefix('v')?).ok())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GO_MOD: &str =
        "module m\n\ngo 1.26.0\n\nrequire (\n\tk8s.io/kubernetes v1.36.3\n\tk8s.io/api v0.36.3 // indirect\n)\n";

    fn key(go_mod: &str, go_sum: &str) -> String {
        let modules = tempfile::tempdir().unwrap();
        fs::create_dir(modules.path().join("kubernetes")).unwrap();
        fs::write(modules.path().join("kubernetes/go.mod"), go_mod).unwrap();
        fs::write(modules.path().join("kubernetes/go.sum"), go_sum).unwrap();
        Recipe::read(Family::Kubernetes, modules.path()).unwrap().key
    }

    #[test]
    fn the_key_follows_versions_and_checksums_and_nothing_else() {
        assert_eq!(key(GO_MOD, "sum"), key(GO_MOD, "sum"));
        assert_ne!(key(GO_MOD, "sum"), key(GO_MOD, "mus"));
        assert_ne!(key(GO_MOD, "sum"), key(&GO_MOD.replace("v0.36.3", "v0.36.2"), "sum"));
        assert!(key(GO_MOD, "sum").starts_with("kubernetes-1.36.3-"));
    }

    #[test]
    fn the_pinned_modules_of_this_checkout_can_be_read() {
        let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools");
        for (family, oldest) in [
            (Family::Kubernetes, Version::new(1, 33, 0)),
            (Family::Etcd, Version::new(3, 5, 13)),
        ] {
            let recipe = Recipe::read(family, &modules).unwrap();
            assert!(
                recipe.version >= oldest && recipe.go >= Version::new(1, 20, 0),
                "{}",
                recipe.key
            );
        }
        let recipe = Recipe::read(Family::Kubernetes, &modules).unwrap();
        let minor = format!("-X k8s.io/component-base/version.gitMinor={} ", recipe.version.minor);
        assert!(recipe.flags[2].contains(&minor), "{:?}", recipe.flags);
    }

    #[test]
    fn a_module_without_the_tool_is_an_error() {
        assert_eq!(
            required("require k8s.io/kubernetes v1.36.3", "k8s.io/kubernetes"),
            Some(Version::new(1, 36, 3))
        );
        assert_eq!(required(GO_MOD, "go.etcd.io/etcd/server/v3"), None);
        assert_eq!(go_version("module m\n"), None);
    }
}
