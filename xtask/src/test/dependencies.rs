//! Who may depend on whom (`CONTRIBUTING.md#where-things-are`), and which crates nobody may use.
//! It must not know versions or licences.

use std::collections::BTreeSet;

use anyhow::{Result, bail, ensure};

use super::counts::Counts;
use super::graph::{self, Found};

/// What the normal dependencies of a package must not hold.
struct Rule {
    /// A package, or all whose names begin so: `stationmaster-provider-*` are those without a rule of their own.
    package: &'static str,
    forbidden: &'static [&'static str],
    why: &'static str,
}

const RULES: &[Rule] = &[
    Rule {
        package: "stationmaster-engine",
        forbidden: &[
            "kube",
            "kube-core",
            "k8s-openapi",
            "tokio",
            "hyper",
            "stationmaster-api",
            "stationmaster-provider",
        ],
        why: "the pure core decides from values only",
    },
    Rule {
        package: "stationmaster-api",
        forbidden: &["kube-client", "kube-runtime", "tokio", "hyper", "stationmaster-engine"],
        why: "the API types are for everybody, also for programs without a client",
    },
    Rule {
        package: "stationmaster-provider",
        forbidden: &["kube", "kube-core", "k8s-openapi", "stationmaster-api"],
        why: "only the shell knows Kubernetes",
    },
    Rule {
        package: "stationmaster-provider-*",
        forbidden: &[
            "kube",
            "kube-core",
            "k8s-openapi",
            "stationmaster-api",
            "stationmaster-simulator",
        ],
        why: "a provider crate translates, and nothing else",
    },
    Rule {
        package: "stationmaster-provider-proof",
        forbidden: &[
            "kube",
            "kube-core",
            "k8s-openapi",
            "hyper",
            "stationmaster-api",
            "stationmaster-simulator",
            "stationmaster-transport",
        ],
        why: "the provider for proof is values: models clone and hash it",
    },
    Rule {
        package: "stationmaster-transport",
        forbidden: &[
            "kube",
            "kube-core",
            "k8s-openapi",
            "stationmaster-api",
            "stationmaster-simulator",
        ],
        why: "provider HTTP has nothing to do with Kubernetes",
    },
    Rule {
        package: "stationmaster",
        forbidden: &[
            "stationmaster-simulator",
            "stationmaster-testkit",
            "stationmaster-testkit-api-server",
            "stationmaster-testkit-basics",
            "stationmaster-testkit-proxy",
            "stationmaster-provider-proof",
            "rcgen",
        ],
        why: "what only tests and demonstrations need is not linked into the operator",
    },
    Rule {
        package: "stationmaster-testkit",
        forbidden: &["stationmaster-testkit-api-server", "stationmaster-testkit-proxy"],
        why: "the control plane and the installation do not know what tests put in between or in their place",
    },
    Rule {
        package: "stationmaster-testkit-proxy",
        forbidden: &[
            "kube-client",
            "stationmaster-api",
            "stationmaster-testkit",
            "stationmaster-testkit-api-server",
        ],
        why: "the proxy sees a wire, and does not know who starts the two sides",
    },
    Rule {
        package: "stationmaster-testkit-api-server",
        forbidden: &[
            "stationmaster-simulator",
            "stationmaster-testkit",
            "stationmaster-testkit-proxy",
        ],
        why: "the server in the process starts nothing and stands beside the real one only in its tests",
    },
    Rule {
        package: "stationmaster-testkit-basics",
        forbidden: &["kube", "tokio", "hyper", "stationmaster-api", "stationmaster-simulator"],
        why: "what the testkits share is values",
    },
    Rule {
        package: "xtask",
        forbidden: &["stationmaster-testkit-api-server", "stationmaster-testkit-proxy"],
        why: "the demonstration rests on the control plane and the installation alone",
    },
];

/// Crates that nothing in the workspace may use, for any target, also not in tests.
const BANNED: &[(&str, &str)] = &[
    ("openssl-sys", "one TLS: rustls with ring"),
    ("native-tls", "one TLS: rustls with ring"),
    ("aws-lc-rs", "one crypto provider: ring"),
    ("aws-lc-sys", "one crypto provider: ring"),
    ("serde_yaml", "unmaintained; serde-saphyr reads and writes YAML"),
];

/// Runs the stage.
pub fn stage() -> Result<Counts> {
    let metadata = graph::metadata()?;
    let used = graph::used(&metadata)?;
    let mut violations = banned(used.iter().map(|package| package.name.as_str()));
    let members: BTreeSet<&str> = metadata
        .workspace_packages()
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    for rule in RULES {
        let packages = held(rule, &members);
        if packages.is_empty() {
            bail!("there is a rule for {}, which is not in the workspace", rule.package);
        }
        for package in packages {
            violations.extend(broken(rule, &graph::normal_tree(package)?));
        }
    }
    ensure!(
        violations.is_empty(),
        "{} dependency rule(s) broken:\n{}",
        violations.len(),
        violations.join("\n")
    );
    eprintln!("{} packages, {} rules", used.len(), RULES.len() + BANNED.len());
    Ok(Counts::default())
}

/// The members that a rule holds.
fn held<'a>(rule: &Rule, members: &BTreeSet<&'a str>) -> Vec<&'a str> {
    let own = |name: &str| RULES.iter().any(|rule| rule.package == name);
    let of = |name: &&str| match rule.package.strip_suffix('*') {
        Some(start) => name.starts_with(start) && !own(name),
        None => *name == rule.package,
    };
    members.iter().copied().filter(of).collect()
}

fn broken(rule: &Rule, tree: &[Found]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let hits = tree
        .iter()
        .filter(|found| rule.forbidden.contains(&&*found.name) && seen.insert(&found.name));
    hits.map(|found| format!("  {} ({})", found.way, rule.why)).collect()
}

fn banned<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let names: BTreeSet<&str> = names.collect();
    let hits = BANNED.iter().filter(|(name, _)| names.contains(name));
    hits.map(|(name, why)| format!("  {name} is banned ({why}); `cargo tree -i {name}` tells who wants it"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forbidden_dependency_is_found_deep_in_the_tree_and_the_way_is_told_once() {
        let rule = RULES
            .iter()
            .find(|rule| rule.package == "stationmaster-engine")
            .unwrap();
        let clean = "0stationmaster-engine v0.1.0 (/x)\n1serde v1.0.1\n1jiff v0.2.43\n";
        assert!(broken(rule, &graph::parse_tree(clean).unwrap()).is_empty());
        let bad = format!("{clean}2inner v1.0.0\n3tokio v1.54.1\n1tokio v1.54.1 (*)\n");
        let found = broken(rule, &graph::parse_tree(&bad).unwrap());
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].contains("stationmaster-engine → jiff → inner → tokio"),
            "{}",
            found[0]
        );
    }

    #[test]
    fn a_new_provider_crate_is_held_without_a_rule_of_its_own() {
        let members = BTreeSet::from([
            "stationmaster-provider",
            "stationmaster-provider-new",
            "stationmaster-provider-proof",
        ]);
        let rule = |package| RULES.iter().find(|rule| rule.package == package).unwrap();
        let providers = held(rule("stationmaster-provider-*"), &members);
        assert_eq!(providers, ["stationmaster-provider-new"]);
        assert_eq!(
            held(rule("stationmaster-provider"), &members),
            ["stationmaster-provider"]
        );
        assert!(held(rule("stationmaster-engine"), &members).is_empty());
    }

    #[test]
    fn the_tree_that_cargo_prints_is_understood() {
        let rule = RULES.iter().find(|rule| rule.package == "stationmaster-api").unwrap();
        let tree = graph::normal_tree("stationmaster-testkit").unwrap();
        let found = broken(rule, &tree).join("\n");
        assert!(
            found.contains("→ tokio"),
            "the testkit uses what the API types must not: {found}"
        );
        assert!(found.contains("kube → kube-client"), "{found}");
        assert!(graph::normal_tree("no-such-package").is_err());
    }

    #[test]
    fn a_name_that_only_begins_like_a_forbidden_one_is_no_hit() {
        let rule = RULES
            .iter()
            .find(|rule| rule.package == "stationmaster-engine")
            .unwrap();
        let tree = graph::parse_tree("0stationmaster-engine v0.1.0\n1tokio-macros-like v1.0.0\n").unwrap();
        assert!(broken(rule, &tree).is_empty());
        assert!(banned(["openssl-probe", "ring"].into_iter()).is_empty());
    }

    #[test]
    fn a_banned_crate_is_found_in_the_metadata_of_cargo() {
        let metadata = graph::tests::fixture(&[("openssl-sys", "0.9.1", Some("MIT")), ("serde", "1.0.0", Some("MIT"))]);
        let used = graph::used(&metadata).unwrap();
        let found = banned(used.iter().map(|package| package.name.as_str()));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("openssl-sys"), "{}", found[0]);
    }
}
