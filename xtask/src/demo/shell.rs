//! How another shell works with a demo: the files that it reads, and the lines that tell of them.
//! It must not name a command that no page and no test runs.

use std::fmt::Write as _;
use std::os::unix::fs::symlink;
use std::path::Path;

use anyhow::{Context, Result};

use super::tell::Voice;
use super::world::{Scene, WATCHING_SPEED};
use crate::control_plane::shell_word;

/// What a second terminal shows of the story, with what each shows.
const WATCH: [(&str, &str); 2] = [
    ("kubectl get drpg -A -w", "where production runs, and why a group waits"),
    ("kubectl get drrun -A -o wide -w", "the operations, step by step"),
];
/// The first thing to try in a demo that is kept. `docs/tour.md` has the same lines.
const TRY: [&str; 4] = [
    "TOKEN=$(kubectl get drpg archive -o jsonpath='{.status.priorityToken}')",
    r#"kubectl patch drpg archive --type merge -p '{"spec":{"priorityStation":"target","priorityToken":"'$TOKEN'"}}'"#,
    r#"curl -s $SIMULATOR_CONTROL/console -d '{"group":"archive","servers":{"station":"source","status":"SHUTOFF"}}'"#,
    "kubectl wait drrun/archive-$TOKEN --for=condition=Complete --timeout=120s",
];

impl Scene {
    /// Writes `env`, `activate` and `bin/kubectl`. They are there before the story begins, so that it can be watched.
    pub fn write_shell_files(&self) -> Result<()> {
        let endpoints = self.simulator.endpoints();
        let mut lines = String::new();
        for (name, value) in [
            ("KUBECONFIG", shell_word(&self.kubeconfig)),
            ("SDRS_ENDPOINT", endpoints.sdrs.clone()),
            ("IAM_ENDPOINT", endpoints.iam.clone()),
            ("SIMULATOR_CONTROL", endpoints.control.clone()),
            ("OPERATOR_METRICS", self.metrics.clone()),
        ] {
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
        voice.say(&format!(
            "The simulated cloud runs {WATCHING_SPEED} times as fast as a real one from now on.\n\
             Everything goes on. In a shell:\n\n\
             \u{20} . {activate}\n\
             \u{20} kubectl get drpg\n\n\
             KUBECONFIG and endpoints: {env}\n\
             kubectl:                  {kubectl}\n\
             the operator's log:       {log}\n\n\
             Try next: move archive. It waits until its servers are stopped; the third line stops them.\n",
            kubectl = shell_word(&self.kubectl.program),
        ));
        for command in TRY {
            voice.say(&format!("  {command}"));
        }
        voice.say(&format!(
            "\ndocs/tour.md tells what you see, and goes on from there. docs/simulator.md: break things on purpose.\n\
             To end it all: cargo xtask demo --stop --dir {root}"
        ));
    }
}

/// Says what to try after a demo that is not kept.
pub fn say_what_is_next(voice: &Voice) {
    voice.say(
        "\nThis demo ends now and leaves nothing behind. Try next:\n\
         \u{20} cargo xtask demo --keep   the same story, and then everything goes on: docs/tour.md moves a group by hand\n\
         \u{20} docs/failures/README.md   what you see when something fails, and what to do\n\
         \u{20} docs/providers/sdrs.md    connect a real cloud",
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_tried_is_run_by_the_tour_in_the_same_order() {
        let tour = std::fs::read_to_string(crate::workspace::root().join("docs/tour.md")).unwrap();
        let mut rest = tour.lines();
        for command in TRY {
            let line = format!("$ {command}");
            assert!(
                rest.any(|of_tour| of_tour == line),
                "docs/tour.md does not run `{command}` at this place"
            );
        }
    }
}
