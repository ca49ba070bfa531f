//! A shell in which the commands of a page are run one after the other, as a reader would.
//! It must not leave anything behind: what the reader would end at last is ended here in any case.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::page::Step;

/// The directory that the pages name.
const WRITTEN: &str = ".demo";
/// Between commands; nobody prints it.
const MARK: char = '\u{1e}';

/// Where the demo of this run lies.
pub struct Demo {
    pub directory: PathBuf,
}

impl Demo {
    /// Runs the commands in one shell, in the checkout. What the pages call `.demo` is our directory, and `cargo xtask` is the
    /// program under test. Exit code and output lines of each, up to the first that does not end as its page shows: what comes
    /// after it would speak to nobody, or to a cluster that is not the demo's.
    pub fn run(&self, steps: &[Step]) -> Vec<(i32, Vec<String>)> {
        // With the default directory a test would end the demo that somebody has left running in the checkout.
        let ours = self.directory.display().to_string();
        let mut script = format!(
            "exec 2>&1\ncargo() {{ shift; command=$1; shift; {} \"$command\" \"$@\"",
            xtask()
        );
        script += &format!(" $(test \"$command\" = demo && echo --dir {ours}); }}\n");
        for step in steps {
            let command = step.command.replace(WRITTEN, &ours);
            let expected = if step.is_refused() { "-ne" } else { "-eq" };
            script += &format!("printf '{MARK}'\n{command}\ncode=$?\nprintf '{MARK}%d' $code\n");
            script += &format!("test $code {expected} 0 || exit 0\n");
        }
        let output = Command::new("bash")
            .args(["-c", &script])
            .current_dir(checkout())
            // Until the demo has been activated no cluster is known, whatever this machine's user works with.
            .env("KUBECONFIG", self.directory.join("nobody"))
            .stdin(Stdio::null())
            .output()
            .expect("bash runs");
        let text = String::from_utf8_lossy(&output.stdout).replace(&ours, WRITTEN);
        let parts: Vec<&str> = text.split(MARK).skip(1).collect();
        let results = parts.chunks_exact(2).map(|pair| {
            let lines = pair[0].lines().map(|line| line.trim_end().to_owned());
            (pair[1].parse().expect("an exit code"), trimmed(lines.collect()))
        });
        results.collect()
    }

    /// The command lines of processes that work in the directory.
    pub fn processes(&self) -> Vec<String> {
        let name = self.directory.display().to_string();
        let entries = std::fs::read_dir("/proc").expect("/proc is there").flatten();
        let lines = entries.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
        let lines = lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " "));
        lines.filter(|line| line.contains(&name)).collect()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        if self.directory.join("demo.json").exists() {
            let stop = ["demo", "--stop", "--dir"];
            // Only where a test has failed; that failure is what is told.
            let _ = Command::new(xtask()).args(stop).arg(&self.directory).output();
        }
    }
}

/// Empty lines at both ends are not what anybody writes into a page.
fn trimmed(mut lines: Vec<String>) -> Vec<String> {
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    let begin = lines.iter().position(|line| !line.is_empty()).unwrap_or(0);
    lines.split_off(begin)
}

/// The program under test.
pub fn xtask() -> &'static str {
    env!("CARGO_BIN_EXE_xtask")
}

/// The checkout.
pub fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the package lies in the checkout")
}
