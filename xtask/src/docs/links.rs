//! Do relative links lead to a file of the checkout, and their fragments to an anchor of it?
//! It must not follow a link to another host.

use std::path::{Component, Path, PathBuf};

use super::page::Page;

/// The links that lead nowhere, each with its place.
pub fn broken(root: &Path, pages: &[Page]) -> Vec<String> {
    let mut broken = Vec::new();
    for page in pages {
        for link in page.links.iter().filter(|link| !outside(&link.text)) {
            if let Some(why) = problem(root, pages, page, &link.text) {
                broken.push(format!("{}:{}: {}: {why}", page.path.display(), link.line, link.text));
            }
        }
    }
    broken
}

/// The files of the checkout that a page links to.
pub fn targets(page: &Page) -> impl Iterator<Item = PathBuf> {
    page.links
        .iter()
        .filter(|link| !outside(&link.text))
        .filter_map(|link| Some(resolve(page, &link.text)?.0))
}

/// The file of the checkout that one link of a page leads to.
pub fn target(page: &Page, link: &str) -> Option<PathBuf> {
    Some(resolve(page, link)?.0).filter(|_| !outside(link))
}

fn outside(link: &str) -> bool {
    link.contains("://") || link.starts_with("mailto:")
}

fn problem(root: &Path, pages: &[Page], page: &Page, link: &str) -> Option<String> {
    let Some((target, fragment)) = resolve(page, link) else {
        return Some("it leads out of the checkout".to_owned());
    };
    if !root.join(&target).exists() {
        return Some(format!("there is no {}", target.display()));
    }
    let fragment = fragment?;
    match pages.iter().find(|page| page.path == target) {
        Some(page) if page.anchors.contains(fragment) => None,
        _ => Some(format!("{} has no anchor {fragment}", target.display())),
    }
}

/// The file, relative to the root, and the fragment.
fn resolve<'a>(page: &Page, link: &'a str) -> Option<(PathBuf, Option<&'a str>)> {
    let (file, fragment) = match link.split_once('#') {
        Some((file, fragment)) => (file, Some(fragment)),
        None => (link, None),
    };
    if file.is_empty() {
        return Some((page.path.clone(), fragment));
    }
    let mut target = page.path.parent().map(Path::to_path_buf).unwrap_or_default();
    for part in Path::new(file).components() {
        match part {
            Component::Normal(name) => target.push(name),
            Component::CurDir => {}
            Component::ParentDir => {
                if !target.pop() {
                    return None;
                }
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some((target, fragment))
}

#[test]
fn a_missing_file_a_missing_anchor_and_a_way_out_are_broken() {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("docs")).unwrap();
    let text = "# A heading\n[1](b.md) [2](#a-heading) [3](#nothing) [4](../README.md#top) [5](../../x) [6](/etc/passwd)\n\
                [7](https://example.com/nothing) [8](../docs) [9](../README.md#elsewhere)\n";
    std::fs::write(root.path().join("docs/a.md"), text).unwrap();
    std::fs::write(root.path().join("README.md"), "# Top\n").unwrap();
    let found = broken(root.path(), &super::pages(root.path()));
    let links: Vec<&str> = found.iter().map(|line| line.split(": ").nth(1).unwrap()).collect();
    assert_eq!(
        links,
        ["b.md", "#nothing", "../../x", "/etc/passwd", "../README.md#elsewhere"]
    );
    assert!(found[0].starts_with("docs/a.md:2: "), "{}", found[0]);
}
