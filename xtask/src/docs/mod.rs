//! Tests of every Markdown page in the checkout: links and citations lead somewhere, manifests are understood, commands exist.
//! It must not judge what a page says, nor reach the network.

mod citations;
mod commands;
mod layout;
mod links;
mod manifests;
mod page;
mod proofs;

use std::path::{Path, PathBuf};

use self::page::Page;
use crate::workspace;

/// All pages below `root`, by path relative to it.
fn pages(root: &Path) -> Vec<Page> {
    let read = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        Page::parse(path.strip_prefix(root).unwrap(), &text)
    };
    workspace::files(root, &[".md"]).iter().map(read).collect()
}

#[test]
fn every_relative_link_and_anchor_exists() {
    let root = workspace::root();
    let broken = links::broken(&root, &pages(&root));
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn every_page_that_a_comment_or_a_page_cites_exists() {
    let root = workspace::root();
    let (cited, wrong) = citations::check(&root, &pages(&root));
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(cited > 100, "only {cited} citations were found");
}

#[test]
fn the_architecture_page_lists_every_package_and_no_other() {
    let root = workspace::root();
    let page = std::fs::read_to_string(root.join("docs/architecture.md")).unwrap();
    assert_eq!(layout::listed(&page), layout::packages(&root));
}

#[test]
fn every_manifest_of_our_api_is_understood_word_for_word() {
    let (understood, wrong) = manifests::check(&pages(&workspace::root()));
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(understood > 5, "only {understood} manifests were found");
}

#[test]
fn every_command_of_the_project_exists() {
    let (checked, wrong) = commands::check(&pages(&workspace::root()));
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(checked > 5, "only {checked} commands were found");
}

#[test]
fn every_test_that_a_proof_names_exists() {
    let (named, wrong) = proofs::check(&workspace::root(), &pages(&workspace::root()));
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(named > 20, "only {named} tests were found");
}

#[test]
fn a_page_can_be_reached_from_the_index() {
    let root = workspace::root();
    let pages = pages(&root);
    let mut reached = vec![PathBuf::from("docs/README.md")];
    let mut next = 0;
    while let Some(path) = reached.get(next).cloned() {
        next += 1;
        let page = pages.iter().find(|page| page.path == path);
        for target in page.into_iter().flat_map(links::targets) {
            if target.extension().is_some_and(|e| e == "md") && !reached.contains(&target) {
                reached.push(target);
            }
        }
    }
    let lost: Vec<_> = pages
        .iter()
        .map(|p| &p.path)
        .filter(|p| p.starts_with("docs") && !reached.contains(p))
        .collect();
    assert!(lost.is_empty(), "no link leads to {lost:?}");
}
