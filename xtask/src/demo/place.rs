//! The directory of a demo: who may use it, what of it is ours, and how another run ends what lives in it.
//! It must not remove a file that the demo has not made, nor signal a process that merely has the same pid.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use nix::sys::signal::Signal;
use serde::{Deserialize, Serialize};
use stationmaster_testkit::control_plane::Existing;
use stationmaster_testkit::process::ProcessId;

use crate::control_plane::shell_word;

/// The mark of a demo's directory, written before anything else.
const RECORD: &str = "demo.json";
/// Everything that a demo makes in its directory.
const OURS: [&str; 7] = [
    "control-plane",
    "manifests",
    "kubectl-cache",
    "bin",
    "env",
    "activate",
    RECORD,
];
/// How long a process may take to end before it is killed.
const GRACE: Duration = Duration::from_secs(40);

/// What the directory's record says.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Record {
    /// Whether the demo has made the directory itself.
    made_directory: bool,
    /// What runs beside the control plane, by name. Ended in the order of the names: the operator first.
    processes: BTreeMap<String, ProcessId>,
}

/// A directory that this demo may use.
#[derive(Debug)]
pub struct Place {
    root: PathBuf,
    /// Not ours to remove any more.
    kept: bool,
}

impl Place {
    /// Takes a directory that is empty or does not exist. One in which a demo has left something is refused.
    pub fn claim(directory: PathBuf) -> Result<Self> {
        let shown = directory.display().to_string();
        if directory.join(RECORD).exists() {
            let word = shell_word(&directory);
            bail!("a demo lies in {shown} already; end it with `cargo xtask demo --stop --dir {word}`");
        }
        let made_directory = !directory.exists();
        fs::create_dir_all(&directory).with_context(|| format!("make {shown}"))?;
        let mut entries = fs::read_dir(&directory).with_context(|| format!("read {shown}"))?;
        ensure!(
            entries.next().is_none(),
            "{shown} is not empty; name an empty directory or a new one"
        );
        let root = fs::canonicalize(&directory).with_context(|| format!("find {shown}"))?;
        let place = Self { root, kept: false };
        place.write(&Record {
            made_directory,
            ..Record::default()
        })?;
        Ok(place)
    }

    /// The directory, absolute.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Notes a process, so that another run can end it.
    pub fn note(&self, name: &str, process: Option<ProcessId>) -> Result<()> {
        let mut record = read(&self.root)?.unwrap_or_default();
        record
            .processes
            .extend(process.map(|process| (name.to_owned(), process)));
        self.write(&record)
    }

    fn write(&self, record: &Record) -> Result<()> {
        let text = serde_json::to_string_pretty(record)?;
        fs::write(self.root.join(RECORD), text + "\n").with_context(|| format!("write to {}", self.root.display()))
    }

    /// Leaves it as it is.
    pub fn keep(mut self) {
        self.kept = true;
    }

    /// Removes what the demo made in it.
    pub fn remove(mut self) -> Result<()> {
        self.kept = true;
        clear(&self.root)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.kept {
            // Only on the way out of an error that is told already.
            let _ = clear(&self.root);
        }
    }
}

fn read(root: &Path) -> Result<Option<Record>> {
    let path = root.join(RECORD);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some(
            serde_json::from_str(&text).with_context(|| format!("read {}", path.display()))?,
        )),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("read {}", path.display())),
    }
}

/// Removes what is ours, the record last, and the directory if the demo has made it and nothing else lies in it.
fn clear(root: &Path) -> Result<()> {
    let Some(record) = read(root)? else { return Ok(()) };
    for name in OURS {
        let path = root.join(name);
        let removed = match path.symlink_metadata() {
            Ok(found) if found.is_dir() => fs::remove_dir_all(&path),
            Ok(_) => fs::remove_file(&path),
            Err(_) => Ok(()),
        };
        removed.with_context(|| format!("remove {}", path.display()))?;
    }
    if record.made_directory {
        // It stays if somebody has put something there meanwhile.
        let _ = fs::remove_dir(root);
    }
    Ok(())
}

/// `demo --stop`: ends what runs from the directory and removes what the demo made in it.
pub async fn stop(directory: &Path) -> Result<()> {
    let root = fs::canonicalize(directory).unwrap_or_else(|_| directory.to_path_buf());
    let Some(record) = read(&root)? else {
        bail!("no demo lies in {}", directory.display());
    };
    for (name, process) in &record.processes {
        if end(*process).await {
            println!("stopped: {name}");
        }
    }
    if let Some(plane) = Existing::open(&root.join("control-plane"))? {
        for component in plane.stop().await {
            println!("stopped: {component}");
        }
    }
    clear(&root)?;
    println!("removed what the demo made in {}", directory.display());
    Ok(())
}

/// SIGTERM, and SIGKILL if that does not help; false if it was not running.
async fn end(process: ProcessId) -> bool {
    if !process.signal(Signal::SIGTERM) {
        return false;
    }
    // A stopped process does not act on SIGTERM.
    process.signal(Signal::SIGCONT);
    let asked = Instant::now();
    while process.is_running() {
        if asked.elapsed() > GRACE {
            process.signal(Signal::SIGKILL);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    true
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[tokio::test]
    async fn stop_ends_what_was_noted_and_leaves_what_is_not_ours() {
        let parent = tempfile::tempdir().unwrap();
        let root = parent.path().join("demo");
        let place = Place::claim(root.clone()).unwrap();
        assert!(Place::claim(root.clone()).is_err(), "one demo at a time");
        let mut child = Command::new("sleep").arg("600").spawn().unwrap();
        let process = ProcessId::of(child.id()).unwrap();
        place.note("operator", Some(process)).unwrap();
        fs::create_dir(root.join("manifests")).unwrap();
        fs::write(root.join("mine"), "").unwrap();
        place.keep();
        // The child is ours: it is a zombie until somebody waits for it, and a zombie counts as ended.
        stop(&root).await.unwrap();
        child.wait().unwrap();
        assert!(!process.is_running());
        assert!(root.join("mine").exists() && !root.join("manifests").exists());
        assert!(stop(&root).await.is_err(), "there is nothing to stop any more");
        assert!(
            Place::claim(root).is_err(),
            "a directory with other things in it is not taken"
        );
    }

    #[test]
    fn a_demo_that_failed_leaves_nothing_and_a_given_directory_stays() {
        let given = tempfile::tempdir().unwrap();
        drop(Place::claim(given.path().to_path_buf()).unwrap());
        assert_eq!(fs::read_dir(given.path()).unwrap().count(), 0);
        let made = given.path().join("made");
        Place::claim(made.clone()).unwrap().remove().unwrap();
        assert!(!made.exists());
    }
}
