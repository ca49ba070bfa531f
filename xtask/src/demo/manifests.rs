//! The manifests of the demo: the committed samples with the names and endpoints of this run.
//! It must not write objects of its own: what is applied is what people read in `deploy/samples`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

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

    /// `<name>-failover.yaml` or `<name>-reprotect.yaml`: an operation that a person files, with what the person saw.
    pub fn operation(&self, kind: &str, group: &str, seen: &Seen) -> Result<()> {
        self.changed_operation(kind, group, seen, Ok)
    }

    /// The same with something else changed in it.
    pub fn changed_operation(
        &self,
        kind: &str,
        group: &str,
        seen: &Seen,
        change: impl FnOnce(Sample) -> Result<Sample>,
    ) -> Result<()> {
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
        self.write(&format!("{group}-{kind}.yaml"), change(text)?)
    }

    /// Writes a manifest.
    pub fn write(&self, name: &str, sample: Sample) -> Result<()> {
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
pub struct Sample {
    name: String,
    text: String,
}

impl Sample {
    /// Reads it, by its file's name.
    pub fn read(name: &str) -> Result<Self> {
        let path = workspace::root().join("deploy/samples").join(name);
        Ok(Self {
            text: fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?,
            name: name.to_owned(),
        })
    }

    /// Replaces each occurrence; a sample without one has changed, and the demo with it.
    pub fn with(mut self, from: &str, to: &str) -> Result<Self> {
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

    fn rendered(name: &str, render: impl FnOnce(&Manifests) -> Result<()>) -> Vec<Value> {
        let directory = tempfile::tempdir().unwrap();
        let manifests = Manifests::in_directory(directory.path().join("m")).unwrap();
        render(&manifests).unwrap();
        documents(&fs::read_to_string(manifests.directory().join(name)).unwrap()).unwrap()
    }

    #[test]
    fn operations_are_the_samples_with_other_names() {
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
