//! How another shell works with a demo: the files that it reads, and the lines that tell of them.
//! It must not name a command that no page and no test runs.

use std::fmt::Write as _;
use std::os::unix::fs::symlink;
use std::path::Path;

use anyhow::{Context, Result};

use super::tell::Voice;
use super::vendors::Vendor;
use super::world::Scene;
use crate::control_plane::shell_word;

/// What a second terminal shows of the story, with what each shows.
const WATCH: [(&str, &str); 2] = [
    ("kubectl get drpg -A -w", "where production runs, and why a group waits"),
    ("kubectl get drrun -A -o wide -w", "the operations, step by step"),
];
impl Scene {
    /// Writes `env`, `activate` and `bin/kubectl`. They are there before the story begins, so that it can be watched.
    pub fn write_shell_files(&self) -> Result<()> {
        let endpoints = self.simulator.endpoints();
        let mut lines = String::new();
        let mut values = vec![("KUBECONFIG", shell_word(&self.kubeconfig))];
        values.extend((self.provider.vendor().addresses)(endpoints));
        values.extend([
            ("SIMULATOR_CONTROL", endpoints.control.clone()),
            ("OPERATOR_METRICS", self.metrics.clone()),
        ]);
        for (name, value) in values {
            writeln!(lines, "{name}={value}")?;
        }
        let [env, activate, bin] = ["env", "activate", "bin"].map(|name| self.root.join(name));
        let write =
            |path: &Path, text: String| std::fs::write(path, text).with_context(|| format!("write {}", path.display()));
        write(&env, lines)?;
        std::fs::create_dir_all(&bin).with_context(|| format!("make {}", bin.display()))?;
        symlink(&self.kubectl.program, bin.join("kubectl")).context("make a link to kubectl")?;
        let [env, bin] = [shell_word(&env), shell_word(&bin)];
        write(&activate, format!("set -a; . {env}; set +a\nexport PATH={bin}:$PATH\n"))
    }

    /// Says how a second terminal watches the story.
    pub fn say_how_to_watch(&self, voice: &Voice) {
        voice.say(&format!(
            "Watch it in a second terminal:\n  export KUBECONFIG={}\n  export PATH={}:$PATH",
            shell_word(&self.kubeconfig),
            shell_word(&self.root.join("bin")),
        ));
        for (command, shows) in WATCH {
            voice.say(&format!("  {command:<32}  # {shows}"));
        }
    }

    /// Says how to use a demo that goes on, what to try in it, and how to end it.
    pub fn hand_over(&self, voice: &Voice) {
        let [env, activate, log, root] = [
            &self.root.join("env"),
            &self.root.join("activate"),
            &self.log,
            &self.root,
        ]
        .map(|path| shell_word(path));
        let vendor = self.provider.vendor();
        let ([_, watching], (next, commands)) = (vendor.speeds, vendor.try_next);
        voice.say(&format!(
            "{pace} from now on.\n\
             Everything goes on. In a shell:\n\n\
             \u{20} . {activate}\n\
             \u{20} kubectl get drpg\n\n\
             KUBECONFIG and endpoints: {env}\n\
             kubectl:                  {kubectl}\n\
             the operator's log:       {log}\n\n\
             Try next: {next}\n",
            pace = pace(watching).trim_end_matches('.'),
            kubectl = shell_word(&self.kubectl.program),
        ));
        for command in commands {
            voice.say(&format!("  {command}"));
        }
        voice.say(&format!(
            "\n{}\n\
             To end it all: cargo xtask demo --stop --dir {root}",
            vendor.pages
        ));
    }
}

/// How fast virtual time runs.
pub fn pace(speed: f64) -> String {
    match speed {
        1.0 => "The simulated cloud is as fast as a real one.".to_owned(),
        speed => format!("The simulated cloud runs {speed} times as fast as a real one."),
    }
}

/// Says what to try after a demo that is not kept.
pub fn say_what_is_next(vendor: &Vendor, voice: &Voice) {
    voice.say(&format!(
        "\nThis demo ends now and leaves nothing behind. Try next:\n\
         \u{20} {}\n\
         \u{20} docs/failures/README.md   what you see when something fails, and what to do\n\
         \u{20} {}",
        vendor.keep, vendor.guide
    ));
}
