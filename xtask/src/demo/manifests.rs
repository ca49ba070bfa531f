//! The manifests of the demo: the committed samples with the names and endpoints of this run.
//! It must not write objects of its own: what is applied is what people read in `deploy/samples`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use stationmaster_simulator::scenario::{ACCOUNT, PASSWORD, PROJECT, USER};
use stationmaster_testkit::installation::Endpoints;

use crate::workspace;

/// The namespace of the samples.
pub const NAMESPACE: &str = "shop";

/// The directory with the rendered files.
#[derive(Clone, Debug)]
pub struct Manifests {
    directory: PathBuf,
}

impl Manifests {
    /// Makes the directory.
    pub fn in_directory(directory: PathBuf) -> Result<Self> {
        fs::create_dir_all(&directory).with_context(|| format!("make {}", directory.display()))?;
        Ok(Self { directory })
    }

    /// The directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// `provider.yaml`: Secret and ProtectionProvider for the simulated cloud.
    pub fn provider(&self, endpoints: &Endpoints) -> Result<()> {
        let text = Sample::read("sdrs-provider.yaml")?
            .with("https://sdrs.eu-de.otc.t-systems.com", &endpoints.sdrs)?
            .with("https://iam.eu-de.otc.t-systems.com", &endpoints.iam)?
            .with("https://ecs.eu-de.otc.t-systems.com", &endpoints.ecs)?
            .with("projectName: eu-de_shop", &format!("projectName: {PROJECT}"))?
            .with("OTC-EU-DE-00000000001000012345", ACCOUNT)?
            .with("username: stationmaster", &format!("username: {USER}"))?
            .with("replace-me", PASSWORD)?
            .with("pollIntervalSeconds: 30", "pollIntervalSeconds: 5")?;
        self.write("provider.yaml", text)
    }

    /// `<name>.yaml`: a ProtectionGroup without an intent; or, as Git may hold it, with production where it runs today.
    pub fn group(&self, name: &str, server_group_id: &str, station: Option<&str>) -> Result<()> {
        let mut sample = Sample::read("sdrs-group.yaml")?
            .with("orders-db", name)?
            .with("40df180b-9fe2-471a-8c64-1b758dc84189", server_group_id)?;
        if let Some(station) = station {
            sample = sample
                .with(
                    "# A protection group without an intent: it is observed, and nothing is ever moved.\n",
                    "",
                )?
                .with("  objectives:", &format!("  priorityStation: {station}\n  objectives:"))?;
        }
        self.write(&format!("{name}.yaml"), sample)
    }

    /// `<name>-failover.yaml` or `<name>-reprotect.yaml`: an operation that a person files, with what the person saw.
    pub fn operation(&self, kind: &str, group: &str, seen: &Seen) -> Result<()> {
        let sample = Sample::read(&format!("operation-{kind}.yaml"))?;
        let name = match kind {
            "failover" => "name: orders-db-az1-lost".to_owned(),
            kind => format!("name: orders-db-{kind}"),
        };
        let token = match kind {
            "failover" => "k7m2-9xqd",
            _ => "3vjp-h8rw",
        };
        let not_after = sample.line("notAfter:")?;
        let text = sample
            .with(&name, &format!("name: {group}-{kind}"))?
            .with("orders-db", group)?
            .with("6c5d3e0e-6f0b-4c1f-9a57-2f1d0c6b7f11", &seen.uid)?
            .with(token, &seen.token)?
            .with(&not_after, &format!("  notAfter: \"{}\"", seen.not_after))?;
        self.write(&format!("{group}-{kind}.yaml"), text)
    }

    fn write(&self, name: &str, sample: Sample) -> Result<()> {
        let path = self.directory.join(name);
        fs::write(&path, sample.text).with_context(|| format!("write {}", path.display()))
    }
}

/// What a person saw of a group, and until when the request holds.
#[derive(Clone, Debug)]
pub struct Seen {
    /// `metadata.uid`.
    pub uid: String,
    /// `status.priorityToken`.
    pub token: String,
    /// `spec.notAfter`, RFC 3339.
    pub not_after: String,
}

/// A committed sample on its way to a manifest.
#[derive(Clone, Debug)]
struct Sample {
    name: String,
    text: String,
}

impl Sample {
    fn read(name: &str) -> Result<Self> {
        let path = workspace::root().join("deploy/samples").join(name);
        Ok(Self {
            text: fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?,
            name: name.to_owned(),
        })
    }

    /// Replaces each occurrence; a sample without one has changed, and the demo with it.
    fn with(mut self, from: &str, to: &str) -> Result<Self> {
        ensure!(
            self.text.contains(from),
            "deploy/samples/{} does not hold `{from}`",
            self.name
        );
        self.text = self.text.replace(from, to);
        Ok(self)
    }

    /// The one line that holds a text.
    fn line(&self, part: &str) -> Result<String> {
        let found = self.text.lines().find(|line| line.contains(part));
        found
            .map(str::to_owned)
            .with_context(|| format!("deploy/samples/{} does not hold `{part}`", self.name))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use stationmaster_testkit::installation::manifests::documents;

    use super::*;

    fn endpoints() -> Endpoints {
        Endpoints {
            sdrs: "http://127.0.0.1:1".into(),
            iam: "http://127.0.0.1:2".into(),
            ecs: "http://127.0.0.1:3".into(),
            control: "http://127.0.0.1:4".into(),
            ..Endpoints::default()
        }
    }

    fn rendered(name: &str, render: impl FnOnce(&Manifests) -> Result<()>) -> Vec<Value> {
        let directory = tempfile::tempdir().unwrap();
        let manifests = Manifests::in_directory(directory.path().join("m")).unwrap();
        render(&manifests).unwrap();
        documents(&fs::read_to_string(manifests.directory().join(name)).unwrap()).unwrap()
    }

    #[test]
    fn the_provider_points_at_this_run_and_at_nothing_outside() {
        let documents = rendered("provider.yaml", |manifests| manifests.provider(&endpoints()));
        assert_eq!(documents[1]["spec"]["sdrs"]["ecsEndpoint"], "http://127.0.0.1:3");
        assert!(!serde_json::to_string(&documents).unwrap().contains("t-systems"));
    }

    #[test]
    fn groups_and_operations_are_the_samples_with_other_names() {
        let id = "7c2b6f0e-51aa-4d0b-9d0c-2f6f8a1e4b11";
        let group = rendered("web-frontend.yaml", |manifests| {
            manifests.group("web-frontend", id, None)
        });
        assert_eq!(group[0]["metadata"]["name"], "web-frontend");
        assert_eq!(group[0]["spec"]["sdrs"]["serverGroupID"], id);
        assert_eq!(group[0]["spec"].get("priorityStation"), None);
        let group = rendered("a.yaml", |manifests| manifests.group("a", id, Some("source")));
        assert_eq!(group[0]["spec"]["priorityStation"], "source");
        let seen = Seen {
            uid: "u-1".into(),
            token: "aaaa-bbbb".into(),
            not_after: "2031-01-02T03:04:05Z".into(),
        };
        for kind in ["failover", "reprotect"] {
            let operation = rendered(&format!("web-frontend-{kind}.yaml"), |manifests| {
                manifests.operation(kind, "web-frontend", &seen)
            });
            assert_eq!(operation[0]["metadata"]["name"], format!("web-frontend-{kind}"));
            let spec = &operation[0]["spec"];
            assert_eq!(
                spec["groupRef"],
                serde_json::json!({"name": "web-frontend", "uid": "u-1"})
            );
            assert_eq!(spec["priorityToken"], "aaaa-bbbb");
            assert_eq!(spec["notAfter"], "2031-01-02T03:04:05Z");
        }
    }
}
