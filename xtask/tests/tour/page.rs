//! The console blocks of a Markdown page: commands, and what the page says that they print.
//! It must not run anything.

/// A command of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Line of the page, from 1.
    pub line: usize,
    /// The command, which may have several lines.
    pub command: String,
    /// The lines that the page shows after it. A line `…` stands for any lines.
    pub shown: Vec<String>,
}

impl Step {
    /// Whether the page shows that the command is refused.
    pub fn is_refused(&self) -> bool {
        let refusals = ["is invalid:", "Error from server", "error:"];
        self.shown
            .iter()
            .any(|line| refusals.iter().any(|refusal| line.contains(refusal)))
    }
}

/// All commands of the blocks that are marked `console`. A line that begins with `$ ` is a command; one after a backslash goes on.
pub fn steps(page: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let (mut inside, mut goes_on) = (false, false);
    for (number, line) in page.lines().enumerate() {
        if line.starts_with("```") {
            inside = line == "```console";
            goes_on = false;
        } else if !inside {
        } else if let Some(command) = line.strip_prefix("$ ") {
            goes_on = command.ends_with('\\');
            steps.push(Step {
                line: number + 1,
                command: command.to_owned(),
                shown: Vec::new(),
            });
        } else if let Some(step) = steps.last_mut() {
            if goes_on {
                step.command = format!("{}\n{line}", step.command);
                goes_on = line.ends_with('\\');
            } else {
                step.shown.push(line.to_owned());
            }
        }
    }
    steps
}

/// The page with other lines shown after its commands, in their order.
pub fn with_shown(page: &str, shown: &[Vec<String>]) -> String {
    let steps = steps(page);
    let mut lines: Vec<&str> = page.lines().collect();
    for (step, shown) in steps.iter().zip(shown).rev() {
        let begin = step.line - 1 + step.command.lines().count();
        lines.splice(begin..begin + step.shown.len(), shown.iter().map(String::as_str));
    }
    lines.join("\n") + "\n"
}

#[test]
fn commands_and_what_follows_them_are_read_and_can_be_replaced() {
    let page = "# T\n```console\n$ one \\\n    two\nout\n…\n$ three\n```\ntext\n```sh\n$ no\n```\n```console\n$ four\nerror: x\n```\n";
    let found = steps(page);
    assert_eq!(found.len(), 3);
    assert_eq!((found[0].line, found[0].command.as_str()), (3, "one \\\n    two"));
    assert_eq!(found[0].shown, ["out", "…"]);
    assert!(!found[0].is_refused() && found[1].shown.is_empty() && found[2].is_refused());
    assert_eq!(
        with_shown(page, &found.iter().map(|step| step.shown.clone()).collect::<Vec<_>>()),
        page
    );
    let shorter = with_shown(page, &[vec!["new".into()], vec!["a".into(), "b".into()], vec![]]);
    let again = steps(&shorter);
    assert_eq!(
        (&again[0].shown[..], &again[1].shown[..]),
        (&["new".to_owned()][..], &["a".to_owned(), "b".to_owned()][..])
    );
    assert!(again[2].shown.is_empty());
}
