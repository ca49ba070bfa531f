//! Does every page that a comment or a page cites stand in the checkout, with the anchor? A section sign cites what is not there.
//! It must not check code: only comments, and pages as a whole.

use std::path::Path;

use super::links;
use super::page::Page;

/// Files whose comments are read, beside the pages.
const COMMENTED: [&str; 5] = [".rs", ".toml", ".yaml", ".yml", ".sh"];

/// It marks a numbered section, and pages of the project have anchors instead.
const SECTION_SIGN: char = '\u{a7}';

/// How many citations were looked at, and those that lead nowhere, each with its place.
///
/// A comment cites a page by its path from the root of the checkout. A page may also cite another by the path from where it stands.
pub fn check(root: &Path, pages: &[Page]) -> (usize, Vec<String>) {
    let (mut cited, mut wrong) = (0, Vec::new());
    let endings: Vec<&str> = COMMENTED.into_iter().chain([".md"]).collect();
    for path in crate::workspace::files(root, &endings) {
        let path = path.strip_prefix(root).unwrap();
        let page = pages.iter().find(|page| page.path == path);
        let text = std::fs::read_to_string(root.join(path)).unwrap();
        for (index, line) in text.lines().enumerate() {
            let place = format!("{}:{}", path.display(), index + 1);
            if line.contains(SECTION_SIGN) {
                wrong.push(format!("{place}: a section sign: cite an anchor"));
            }
            let said = if page.is_some() { line } else { comment(path, line) };
            for citation in citations(said) {
                cited += 1;
                if !stands(pages, page, citation) {
                    wrong.push(format!("{place}: there is no {citation}"));
                }
            }
        }
    }
    (cited, wrong)
}

/// What a line says to people; empty where it says nothing.
fn comment<'a>(path: &Path, line: &'a str) -> &'a str {
    let mark = if path.extension().is_some_and(|e| e == "rs") {
        "//"
    } else {
        "#"
    };
    if line.trim_start().starts_with(mark) {
        return line;
    }
    line.split_once(&format!(" {mark} ")).map_or("", |(_, said)| said)
}

/// The words that name a Markdown file, with their anchors. An address is none.
fn citations(said: &str) -> impl Iterator<Item = &str> {
    let outside = |c: char| !(c.is_alphanumeric() || "_-./#:".contains(c));
    said.split(outside)
        .filter(|word| !word.contains("://"))
        .map(|word| word.trim_end_matches(['.', ':', '#']))
        .filter(|word| {
            let file = word.split('#').next().unwrap_or_default();
            file.ends_with(".md") && !file.ends_with("/.md") && file != ".md"
        })
}

fn stands(pages: &[Page], from: Option<&Page>, citation: &str) -> bool {
    let (file, anchor) = match citation.split_once('#') {
        Some((file, anchor)) => (file, Some(anchor)),
        None => (citation, None),
    };
    let beside = from.and_then(|page| links::target(page, file));
    pages
        .iter()
        .filter(|page| page.path == Path::new(file) || Some(&page.path) == beside.as_ref())
        .any(|page| anchor.is_none_or(|anchor| page.anchors.contains(anchor)))
}

#[test]
fn a_page_or_an_anchor_that_does_not_exist_and_a_section_sign_are_found() {
    let root = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(root.path().join(name), text).unwrap();
    std::fs::create_dir(root.path().join("docs")).unwrap();
    write(
        "docs/a.md",
        "# One\n\nSee `b.md#two`, `docs/b.md`, `gone.md`, https://example.com/x.md, all `docs/*.md`.\n",
    );
    write("docs/b.md", "# Two\n");
    // The mark is put in, so that this file has no comment that cites what is not there.
    let code = "! Good: `docs/b.md#two`.\n! Bad: `docs/b.md#three`, `b.md`.\nlet x = \"d.md\"; ! `design.md` \u{a7}4\n";
    write("c.rs", &code.replace('!', "//"));
    write("d.toml", "# `reliability.md`\nx = \"e.md\"\n");
    let (cited, wrong) = check(root.path(), &super::pages(root.path()));
    assert_eq!(cited, 8);
    assert_eq!(
        wrong,
        [
            "c.rs:2: there is no docs/b.md#three",
            "c.rs:2: there is no b.md",
            "c.rs:3: a section sign: cite an anchor",
            "c.rs:3: there is no design.md",
            "d.toml:1: there is no reliability.md",
            "docs/a.md:3: there is no gone.md",
        ]
    );
}
