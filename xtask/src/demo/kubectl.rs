//! kubectl as a person uses it: the command is shown, run, and its answer shown.
//! It must not show a command that was not run as it stands there.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use anyhow::{Context, Result, ensure};

use super::tell::Voice;

/// kubectl in the directory of the manifests.
#[derive(Clone, Debug)]
pub struct Kubectl {
    /// The program.
    pub program: PathBuf,
    /// `KUBECONFIG`.
    pub kubeconfig: PathBuf,
    /// Where it runs: manifests are named without a path.
    pub directory: PathBuf,
    /// What it caches goes here and not into the home directory.
    pub cache: PathBuf,
}

impl Kubectl {
    /// Runs a command line, shown and split as a shell does it, and shows its output. It must succeed.
    pub async fn show(&self, voice: &Voice, line: &str) -> Result<String> {
        let (output, text) = self.shown(voice, line).await?;
        ensure!(output.status.success(), "`{line}` ended with {}", output.status);
        Ok(text)
    }

    /// As [`Kubectl::show`], for a command that must be refused.
    pub async fn show_refusal(&self, voice: &Voice, line: &str) -> Result<String> {
        let (output, text) = self.shown(voice, line).await?;
        ensure!(!output.status.success(), "`{line}` was accepted, and must be refused");
        Ok(text)
    }

    async fn shown(&self, voice: &Voice, line: &str) -> Result<(Output, String)> {
        voice.say(&format!("$ {line}"));
        let output = self.run(line).await?;
        let text = [&output.stdout, &output.stderr]
            .map(|part| String::from_utf8_lossy(part).into_owned())
            .concat();
        voice.say(text.trim_end());
        Ok((output, text))
    }

    /// A line goes through a shell, as it would at a terminal; `kubectl` in it is our program.
    async fn run(&self, line: &str) -> Result<Output> {
        let mut path = self.program.parent().unwrap_or(Path::new(".")).as_os_str().to_owned();
        if let Some(rest) = std::env::var_os("PATH") {
            path.push(":");
            path.push(rest);
        }
        tokio::process::Command::new("sh")
            .args(["-c", line])
            .current_dir(&self.directory)
            .env("PATH", path)
            .env("KUBECONFIG", &self.kubeconfig)
            .env("KUBECACHEDIR", &self.cache)
            .env("KUBERC", "off")
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .with_context(|| format!("run `{line}`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_must_be_refused_and_is_not_fails_and_so_does_the_opposite() {
        let kubectl = Kubectl {
            program: "/usr/bin/kubectl".into(),
            kubeconfig: "/nowhere".into(),
            directory: "/".into(),
            cache: "/nowhere".into(),
        };
        let voice = Voice::new();
        assert_eq!(kubectl.show(&voice, "echo $KUBECONFIG").await.unwrap(), "/nowhere\n");
        let refused = kubectl.show_refusal(&voice, "echo said >&2; exit 1").await.unwrap();
        assert_eq!(refused, "said\n");
        assert!(kubectl.show(&voice, "exit 1").await.is_err());
        let accepted = kubectl.show_refusal(&voice, "true").await.unwrap_err().to_string();
        assert!(accepted.contains("must be refused"), "{accepted}");
    }
}
