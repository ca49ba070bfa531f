//! Does each function that a page links by its name exist in the file that the link leads to, and is it a test where the name is a sentence?
//! It must not run a test.

use std::path::Path;

use super::links;
use super::page::Page;

/// How many functions were looked for, and those that are not there, each with its place. A name with a underscore in a link to a Rust file
/// is one of a function; a single word may be anything.
pub fn check(root: &Path, pages: &[Page]) -> (usize, Vec<String>) {
    let (mut named, mut wrong) = (0, Vec::new());
    for page in pages {
        for link in page.named.iter().filter(|link| is_function(&link.name)) {
            let Some(file) =
                links::target(page, &link.target).filter(|file| file.extension().is_some_and(|e| e == "rs"))
            else {
                continue;
            };
            named += 1;
            let text = std::fs::read_to_string(root.join(&file)).unwrap_or_default();
            if !has(&text, &link.name) {
                wrong.push(format!(
                    "{}:{}: {} has no fn {}",
                    page.path.display(),
                    link.line,
                    file.display(),
                    link.name
                ));
            }
        }
    }
    (named, wrong)
}

fn is_function(name: &str) -> bool {
    name.contains('_')
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn has(text: &str, name: &str) -> bool {
    [format!("fn {name}("), format!("fn {name}<")]
        .iter()
        .any(|head| text.contains(head))
}

#[test]
fn a_name_that_does_not_exist_is_found() {
    let root = crate::workspace::root();
    let text = "[`check`](../xtask/src/docs/proofs.rs) [`is_function`](../xtask/src/docs/proofs.rs)\n\n\
                [`no_such_test`](../xtask/src/docs/proofs.rs) [`some_word`](page.md)\n";
    let page = Page::parse(Path::new("docs/p.md"), text);
    let (named, wrong) = check(&root, &[page]);
    assert_eq!(named, 2);
    assert_eq!(wrong, ["docs/p.md:3: xtask/src/docs/proofs.rs has no fn no_such_test"]);
}
