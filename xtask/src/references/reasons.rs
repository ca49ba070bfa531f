//! The page of all reasons: what each word means, what a person can do, and which runbook says more.
//! It must not explain a reason in words of its own.

use stationmaster::vendors::OBSTACLES;
use stationmaster_engine::{Obstacle, Reason};

use super::MADE_BY;
use super::runbooks::Runbooks;

const ABOUT: &str = "# Reasons

One word says why something is as it is, or why something was not done. The same word stands in the `reason` of a condition, in
`status.reason` of an operation or a decision, in an event, and in the log. Each word is an anchor of this page:
`docs/reference/reasons.md#TokenStale`.
";

/// The page.
pub fn page(runbooks: &Runbooks) -> String {
    let mut text = format!("{MADE_BY}\n{ABOUT}");
    for (heading, words) in words() {
        text.push_str(&format!("\n## {heading}\n"));
        for word in &words {
            text.push_str(&entry(word, runbooks));
        }
    }
    text
}

/// All words, those of the core first.
fn words() -> Vec<(&'static str, Vec<Obstacle>)> {
    let told = |reason: &Reason| Obstacle {
        word: reason.as_str(),
        meaning: reason.meaning(),
        todo: reason.todo(),
    };
    let core = Reason::GROUPS.iter();
    core.map(|(heading, reasons)| (*heading, reasons.iter().map(told).collect()))
        .chain(OBSTACLES.iter().map(|(heading, words)| (*heading, words.to_vec())))
        .collect()
}

fn entry(reason: &Obstacle, runbooks: &Runbooks) -> String {
    let word = reason.word;
    let mut text = format!("\n### <a id=\"{word}\"></a>{word}\n\n{}\n", reason.meaning);
    match reason.todo {
        "" => text.push_str("Nothing is to be done.\n"),
        todo => text.push_str(&format!("**To do:** {todo}\n")),
    }
    let pages = runbooks.get(word).map(Vec::as_slice).unwrap_or_default();
    let links: Vec<String> = pages.iter().map(|p| format!("[{}]({})", p.title, p.link)).collect();
    if !links.is_empty() {
        text.push_str(&format!("**Runbook:** {}\n", links.join(", ")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::references::runbooks;
    use crate::workspace;

    #[test]
    fn every_reason_has_one_entry_with_its_word_as_anchor() {
        let text = page(&Runbooks::new());
        for reason in words().iter().flat_map(|(_, words)| words) {
            let anchor = format!("<a id=\"{}\"></a>", reason.word);
            assert_eq!(text.matches(&anchor).count(), 1, "{reason:?}");
            assert!(text.contains(reason.meaning), "{reason:?}");
        }
        assert!(!text.contains("Runbook:"));
    }

    #[test]
    fn a_word_that_a_runbook_names_is_a_reason() {
        let runbooks = runbooks::read(&workspace::root()).unwrap();
        for word in runbooks.keys() {
            let known = words().iter().flat_map(|(_, words)| words).any(|r| r.word == word);
            assert!(known, "{word} is no reason");
        }
    }

    /// Whoever is woken by such a word needs more than a sentence.
    #[test]
    fn every_reason_that_asks_a_person_to_look_has_a_runbook() {
        let runbooks = runbooks::read(&workspace::root()).unwrap();
        let without: Vec<&str> = [
            Reason::ProviderFault,
            Reason::UnknownProviderState,
            Reason::ActiveStationUnknown,
            Reason::ProviderUnreachable,
            Reason::AuthenticationFailed,
            Reason::ProtectionObjectClaimed,
            Reason::LedgerUnreadable,
            Reason::ExternalRoleChange,
            Reason::Other("ServersRunning"),
            Reason::AwaitingConfirmation,
            Reason::PendingCall,
            Reason::SubmissionUnknown,
            Reason::Overdue,
            Reason::JobFailed,
            Reason::UnexpectedJob,
            Reason::OutcomeDiffers,
            Reason::AdoptedByEffect,
        ]
        .iter()
        .map(|reason| reason.as_str())
        .filter(|word| !runbooks.contains_key(*word))
        .collect();
        assert_eq!(without, Vec::<&str>::new());
    }
}
