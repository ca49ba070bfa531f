//! Which page of `docs/failures/` treats which reason: each page says so itself, in its line `Reasons:`.
//! It must not know any page or reason by name.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};

/// A page that treats a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runbook {
    /// Its heading.
    pub title: String,
    /// Its path as seen from `docs/reference/`.
    pub link: String,
}

/// The pages by the reasons that they treat, in the order of their file names.
pub type Runbooks = BTreeMap<String, Vec<Runbook>>;

/// Reads the pages of a checkout.
pub fn read(root: &Path) -> Result<Runbooks> {
    let directory = root.join("docs/failures");
    let mut names: Vec<String> = Vec::new();
    for entry in std::fs::read_dir(&directory).with_context(|| format!("read {}", directory.display()))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".md") && name != "README.md" {
            names.push(name);
        }
    }
    names.sort();
    let mut runbooks = Runbooks::new();
    for name in names {
        let text = std::fs::read_to_string(directory.join(&name)).with_context(|| format!("read {name}"))?;
        let title = text.lines().find_map(|line| line.strip_prefix("# "));
        let title = title.with_context(|| format!("{name} has no heading"))?;
        let words = words(&text);
        ensure!(!words.is_empty(), "{name} has no line `Reasons:` that names one");
        for word in words {
            let runbook = Runbook {
                title: title.to_owned(),
                link: format!("../failures/{name}"),
            };
            runbooks.entry(word).or_default().push(runbook);
        }
    }
    Ok(runbooks)
}

/// The words in backticks of the paragraph that begins with `Reasons:`.
fn words(text: &str) -> Vec<String> {
    let paragraph: Vec<&str> = text
        .lines()
        .skip_while(|line| !line.starts_with("Reasons:"))
        .take_while(|line| !line.is_empty())
        .collect();
    let paragraph = paragraph.join(" ");
    paragraph.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn pages(texts: &[(&str, &str)]) -> Result<Runbooks> {
        let root = tempfile::tempdir().unwrap();
        let directory = root.path().join("docs/failures");
        fs::create_dir_all(&directory).unwrap();
        for (name, text) in texts {
            fs::write(directory.join(name), text).unwrap();
        }
        read(root.path())
    }

    #[test]
    fn a_reason_leads_to_each_page_that_names_it_in_its_line() {
        let text = "# One\n\n`NotThis`\n\nReasons: [`A`](x#A),\n[`B`](x#B).\n\n`NorThis`\n";
        let found = pages(&[
            ("README.md", "no heading"),
            ("b.md", text),
            ("a.md", "# Two\nReasons: `A`\n"),
        ])
        .unwrap();
        let titles = |word: &str| found[word].iter().map(|r| r.title.as_str()).collect::<Vec<_>>();
        assert_eq!(titles("A"), ["Two", "One"]);
        assert_eq!(titles("B"), ["One"]);
        assert_eq!(found.len(), 2);
        assert_eq!(found["B"][0].link, "../failures/b.md");
    }

    #[test]
    fn a_page_without_heading_or_reasons_is_an_error() {
        assert!(pages(&[("a.md", "Reasons: `A`\n")]).is_err());
        assert!(pages(&[("a.md", "# A\n\nReasons\n")]).is_err());
    }
}
