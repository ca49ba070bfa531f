//! Is a version in use that the committed list calls bad? The list's head says what this check cannot know.
//! It must not be called an audit.

use anyhow::{Context, Result, ensure};
use semver::{Version, VersionReq};
use serde::Deserialize;

use super::counts::Counts;
use super::graph;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    advisory: Vec<Advisory>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advisory {
    #[serde(rename = "crate")]
    name: String,
    versions: String,
    id: String,
    reason: String,
}

/// Runs the stage.
pub fn stage() -> Result<Counts> {
    let list = parse(include_str!("../../policy/advisories.toml")).context("policy/advisories.toml")?;
    let metadata = graph::metadata()?;
    let used = graph::used(&metadata)?;
    let hits = hits(
        &list,
        used.iter().map(|package| (package.name.as_str(), &package.version)),
    )?;
    ensure!(
        hits.is_empty(),
        "{} bad version(s) in use:\n{}",
        hits.len(),
        hits.join("\n")
    );
    eprintln!(
        "{} packages, {} entries; no audit: the RustSec database needs the network",
        used.len(),
        list.len()
    );
    Ok(Counts::default())
}

fn parse(text: &str) -> Result<Vec<Advisory>> {
    Ok(toml::from_str::<List>(text)?.advisory)
}

fn hits<'a>(list: &[Advisory], packages: impl Iterator<Item = (&'a str, &'a Version)>) -> Result<Vec<String>> {
    let mut bad = Vec::new();
    for Advisory {
        name,
        versions,
        id,
        reason,
    } in list
    {
        let parse = |part: &str| VersionReq::parse(part.trim()).with_context(|| format!("{id}: {part:?}"));
        let ranges = versions.split("||").map(parse).collect::<Result<Vec<_>>>()?;
        bad.push((name, ranges, id, reason));
    }
    let mut hits = Vec::new();
    for (package, version) in packages {
        for (_, _, id, reason) in bad.iter().filter(|(name, ranges, ..)| {
            *name == package
                && ranges
                    .iter()
                    .any(|range| range == &VersionReq::STAR || range.matches(version))
        }) {
            hits.push(format!("  {package} {version}: {reason} ({id})"));
        }
    }
    Ok(hits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(list: &str, package: &str, version: &str) -> usize {
        let version = Version::parse(version).unwrap();
        hits(&parse(list).unwrap(), [(package, &version)].into_iter())
            .unwrap()
            .len()
    }

    const LIST: &str = "[[advisory]]\ncrate = 'bad'\nversions = '<1.2.0 || >=2.0.0, <2.0.3'\nid = 'X-1'\nreason = 'r'\n\
                        [[advisory]]\ncrate = 'dead'\nversions = '*'\nid = 'X-2'\nreason = 'unmaintained'\n";

    #[test]
    fn a_bad_version_is_found_in_each_range_and_a_mended_one_passes() {
        for (version, expected) in [("1.1.9", 1), ("1.2.0", 0), ("1.9.0", 0), ("2.0.2", 1), ("2.0.3", 0)] {
            assert_eq!(found(LIST, "bad", version), expected, "{version}");
        }
        assert_eq!(found(LIST, "dead", "9.9.9-rc.1"), 1, "also a pre-release");
        assert_eq!(found(LIST, "other", "1.0.0"), 0);
    }

    #[test]
    fn an_entry_that_cannot_be_read_is_an_error_and_the_committed_list_can() {
        assert!(parse("[[advisory]]\ncrate = 'x'\n").is_err());
        let odd = parse("[[advisory]]\ncrate = 'x'\nversions = 'old'\nid = 'X'\nreason = 'r'\n").unwrap();
        assert!(hits(&odd, std::iter::empty()).is_err());
        let committed = parse(include_str!("../../policy/advisories.toml")).unwrap();
        assert!(hits(&committed, std::iter::empty()).unwrap().is_empty());
    }
}
