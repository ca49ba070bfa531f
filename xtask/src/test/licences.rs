//! Is every dependency under a licence of the committed list?
//! It must not decide which licences those are: `policy/licences.toml` does.

use std::fmt::Write;

use anyhow::{Context, Result, ensure};
use cargo_metadata::Package;
use serde::Deserialize;
use spdx::{Expression, Licensee, ParseMode};

use super::counts::Counts;
use super::graph;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Policy {
    allow: Vec<String>,
    #[serde(default)]
    clarified: Vec<Clarified>,
}

/// What a crate without an expression says elsewhere.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Clarified {
    #[serde(rename = "crate")]
    name: String,
    licence: String,
    #[serde(rename = "found")]
    _found: String,
}

/// A crate that may not be used, with the reason.
#[derive(Debug)]
struct Refused {
    package: String,
    expression: String,
    problem: String,
}

/// Runs the stage.
pub fn stage() -> Result<Counts> {
    let policy: Policy = toml::from_str(include_str!("../../policy/licences.toml")).context("policy/licences.toml")?;
    let metadata = graph::metadata()?;
    let used = graph::used(&metadata)?;
    let refused = refused(&used, &policy)?;
    ensure!(
        refused.is_empty(),
        "{} package(s) under no licence of the list:\n{}",
        refused.len(),
        table(&refused)
    );
    eprintln!("{} packages under {} licences", used.len(), policy.allow.len());
    Ok(Counts::default())
}

fn refused(packages: &[&Package], policy: &Policy) -> Result<Vec<Refused>> {
    let parse = |text: &String| Licensee::parse(text).with_context(|| format!("{text:?} in the allow list"));
    let allowed = policy.allow.iter().map(parse).collect::<Result<Vec<_>>>()?;
    let mut refused = Vec::new();
    for package in packages {
        let clarified = policy
            .clarified
            .iter()
            .find(|clarified| clarified.name == package.name.as_str());
        let expression = package
            .license
            .as_ref()
            .or(clarified.map(|clarified| &clarified.licence));
        if let Err(problem) = judge(expression.map(String::as_str), &allowed) {
            let expression = expression.cloned().unwrap_or_else(|| "none".into());
            refused.push(Refused {
                package: format!("{} {}", package.name, package.version),
                expression,
                problem,
            });
        }
    }
    Ok(refused)
}

fn judge(expression: Option<&str>, allowed: &[Licensee]) -> Result<(), String> {
    let text = expression.ok_or("names no licence expression")?;
    // Old crates write `MIT/Apache-2.0` for a choice.
    let expression = Expression::parse_mode(text, ParseMode::LAX).map_err(|error| error.reason.to_string())?;
    let may = |required: &_| allowed.iter().any(|licensee| licensee.satisfies(required));
    expression.evaluate_with_failures(may).map_err(|failures| {
        let missing: Vec<String> = failures.iter().map(|failure| failure.req.to_string()).collect();
        format!("{} not in the list", missing.join(", "))
    })
}

fn table(refused: &[Refused]) -> String {
    let width = |of: fn(&Refused) -> &str| refused.iter().map(|refused| of(refused).len()).max().unwrap_or(0);
    let (first, second) = (width(|refused| &refused.package), width(|refused| &refused.expression));
    refused.iter().fold(
        String::new(),
        |mut text,
         Refused {
             package,
             expression,
             problem,
         }| {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "  {package:<first$}  {expression:<second$}  {problem}");
            text
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        toml::from_str(
            "allow = ['Apache-2.0', 'MIT', 'Apache-2.0 WITH LLVM-exception']\n\
             [[clarified]]\ncrate = 'looked-up'\nlicence = 'MIT'\nfound = 'LICENSE'\n",
        )
        .unwrap()
    }

    #[test]
    fn choices_pass_when_one_is_allowed_and_conjunctions_when_all_are() {
        let fixture = graph::tests::fixture(&[
            ("choice", "1.0.0", Some("GPL-3.0-only OR MIT")),
            ("old-style", "1.0.0", Some("MIT/Apache-2.0")),
            ("exception", "1.0.0", Some("Apache-2.0 WITH LLVM-exception")),
            ("looked-up", "1.0.0", None),
        ]);
        let used = graph::used(&fixture).unwrap();
        let refused = refused(&used, &policy()).unwrap();
        assert!(refused.is_empty(), "{refused:?}");
    }

    #[test]
    fn copyleft_unlicensed_and_unreadable_are_refused_and_shown() {
        let fixture = graph::tests::fixture(&[
            ("copyleft", "1.0.0", Some("GPL-3.0-only")),
            ("both", "1.0.0", Some("MIT AND AGPL-3.0-only")),
            ("silent", "2.0.0", None),
            ("odd", "1.0.0", Some("do what you like")),
            ("fine", "1.0.0", Some("MIT")),
        ]);
        let used = graph::used(&fixture).unwrap();
        let refused = refused(&used, &policy()).unwrap();
        let names: Vec<&str> = refused.iter().map(|refused| refused.package.as_str()).collect();
        assert_eq!(names, ["copyleft 1.0.0", "both 1.0.0", "silent 2.0.0", "odd 1.0.0"]);
        let table = table(&refused);
        assert!(
            table.contains("AGPL-3.0-only not in the list") && table.contains("names no licence"),
            "{table}"
        );
    }

    #[test]
    fn an_allow_list_with_a_word_that_is_no_licence_is_an_error() {
        let policy = Policy {
            allow: vec!["Apache".into()],
            clarified: Vec::new(),
        };
        assert!(refused(&[], &policy).is_err());
    }
}
