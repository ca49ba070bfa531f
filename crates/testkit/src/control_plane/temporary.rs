//! Temporary directories that do not outlive the process that made them, however it ends.
//! It must not remove a directory whose owner lives: the owner holds a lock on a file in it, which goes with the process.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::Error;
use crate::tether;

const PREFIX: &str = "stationmaster-control-plane-";
const LOCK: &str = "owner.lock";
/// How long the janitor waits for the components to let go of the directory.
const LONGEST: Duration = Duration::from_secs(120);

/// A directory of this process, removed with it.
pub(crate) struct Temporary {
    path: PathBuf,
    /// Held until the process ends.
    _lock: File,
    janitor: Child,
}

impl Temporary {
    /// Makes a directory, and removes those that dead runs have left.
    pub fn create() -> Result<Self, Error> {
        let parent = std::env::temp_dir();
        sweep(&parent);
        let directory = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempdir_in(&parent)
            .map_err(Error::io(&parent))?;
        let lock_path = directory.path().join(LOCK);
        let lock = || -> std::io::Result<File> {
            let mut lock = File::create_new(&lock_path)?;
            lock.lock()?;
            // Written after the lock is held: a sweeper takes an empty file for one that is about to be locked.
            lock.write_all(std::process::id().to_string().as_bytes())?;
            Ok(lock)
        };
        let lock = lock().map_err(Error::io(&lock_path))?;
        let mut janitor = tether::janitor_command(directory.path())?;
        janitor
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let janitor = tether::spawn(janitor)?;
        Ok(Self {
            path: directory.keep(),
            _lock: lock,
            janitor,
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // The janitor would do the same a moment later; a test that looks right after the shutdown must find nothing.
        let _ = fs::remove_dir_all(&self.path);
        drop(self.janitor.stdin.take());
        let _ = self.janitor.wait();
    }
}

/// Removes what dead runs have left. Failures are no news: another user's directory, or another sweeper was faster.
fn sweep(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(PREFIX) && owner_is_dead(&entry.path()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn owner_is_dead(directory: &Path) -> bool {
    let Ok(mut lock) = File::options().read(true).write(true).open(directory.join(LOCK)) else {
        return false;
    };
    let mut owner = String::new();
    lock.read_to_string(&mut owner).is_ok() && !owner.is_empty() && lock.try_lock().is_ok()
}

/// The janitor's life: wait for the end of standard input (the owner has ended, or has removed the directory itself), then
/// remove the directory. The components end at the same moment and may still write; they are waited for.
pub(crate) fn clean_up_after_parent(directory: &Path) -> Result<(), String> {
    // A read error is an end as well.
    let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
    let started = Instant::now();
    while directory.exists() {
        if owner_is_dead(directory) || !directory.join(LOCK).exists() {
            let _ = fs::remove_dir_all(directory);
        }
        if started.elapsed() > LONGEST {
            return Err(format!("{} could not be removed", directory.display()));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_directories_of_dead_owners_are_swept() {
        let parent = tempfile::tempdir().unwrap();
        let make = |name: &str, content: Option<&str>| {
            let directory = parent.path().join(format!("{PREFIX}{name}"));
            fs::create_dir(&directory).unwrap();
            content.inspect(|content| fs::write(directory.join(LOCK), content).unwrap());
            directory
        };
        let dead = make("dead", Some("1"));
        let alive = make("alive", Some("2"));
        let held = File::options().write(true).open(alive.join(LOCK)).unwrap();
        held.lock().unwrap();
        let not_yet_locked = make("not-yet-locked", Some(""));
        let just_made = make("just-made", None);
        let stranger = parent.path().join("other");
        fs::create_dir(&stranger).unwrap();

        sweep(parent.path());
        assert!(!dead.exists());
        for kept in [&alive, &not_yet_locked, &just_made, &stranger] {
            assert!(kept.exists(), "{}", kept.display());
        }
        drop(held);
        sweep(parent.path());
        assert!(!alive.exists(), "its owner is dead now");
    }
}
