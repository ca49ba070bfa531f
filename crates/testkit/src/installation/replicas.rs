//! The replicas that an installation has started, for messages: what they said last, whether one is left.
//! It must not keep a replica running that its test has dropped.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::Error;
use super::program::Program;

/// All replicas that were started and are still held by somebody.
#[derive(Debug, Default)]
pub(crate) struct Replicas(Mutex<Vec<Weak<Program>>>);

impl Replicas {
    pub fn add(&self, program: &Arc<Program>) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Arc::downgrade(program));
    }

    fn all(&self) -> Vec<Arc<Program>> {
        let replicas = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        replicas.iter().filter_map(Weak::upgrade).collect()
    }

    /// An error if none runs and one has ended by itself. A replica that a test has killed is no error, nor is one that ends while
    /// another goes on.
    pub fn check(&self) -> Result<(), Error> {
        let all = self.all();
        if all.iter().any(|program| program.is_running()) {
            return Ok(());
        }
        all.iter().try_for_each(|program| program.check())
    }

    /// The end of every log.
    pub fn tails(&self) -> String {
        let all = self.all();
        if all.is_empty() {
            return "no operator was started".into();
        }
        all.iter().map(|program| program.tail()).collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::control_plane::Lifetime;
    use crate::installation::program::{PAUSE, Recipe};

    fn shell(directory: &Path, name: &str, script: &str) -> Arc<Program> {
        let program = Arc::new(Program::new(Recipe {
            name: name.into(),
            executable: "/bin/sh".into(),
            arguments: vec!["-c".into(), script.into()],
            environment: Vec::new(),
            log: directory.join(name),
            lifetime: Lifetime::Tethered,
        }));
        program.start().unwrap();
        program
    }

    #[tokio::test]
    async fn only_when_nobody_is_left_is_an_end_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let replicas = Replicas::default();
        assert!(replicas.check().is_ok(), "nobody was started");
        let lasting = shell(directory.path(), "lasting", "exec sleep 600");
        let ending = shell(directory.path(), "ending", "echo last words; exit 1");
        replicas.add(&lasting);
        replicas.add(&ending);
        while ending.is_running() {
            tokio::time::sleep(PAUSE).await;
        }
        assert!(replicas.check().is_ok(), "the other goes on");
        lasting.kill().unwrap();
        let error = replicas.check().unwrap_err().to_string();
        assert!(
            error.contains("ending ended by itself") && error.contains("last words"),
            "{error}"
        );
        drop(ending);
        assert!(
            replicas.check().is_ok(),
            "nobody is held any more but the one that was killed"
        );
        assert!(replicas.tails().contains("lasting"), "{}", replicas.tails());
    }
}
