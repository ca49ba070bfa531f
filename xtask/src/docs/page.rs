//! What a Markdown page holds that can be checked: links, anchors, code.
//! It must not check anything.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// A text with the line on which it begins.
pub struct Located {
    pub line: usize,
    pub text: String,
}

/// A link whose text is code.
pub struct Named {
    pub line: usize,
    pub name: String,
    /// As written.
    pub target: String,
}

/// A fenced block.
pub struct Block {
    pub line: usize,
    /// The first word after the fence: `yaml`.
    pub language: String,
    pub text: String,
}

/// A page.
pub struct Page {
    /// Relative to the root of the checkout.
    pub path: PathBuf,
    /// Where links lead, as written.
    pub links: Vec<Located>,
    /// What a `#fragment` of this page may be.
    pub anchors: HashSet<String>,
    /// The names (code) that links show, with where they lead.
    pub named: Vec<Named>,
    /// Fenced blocks.
    pub blocks: Vec<Block>,
    /// Code in the running text.
    pub code: Vec<Located>,
}

impl Page {
    /// Reads a page.
    pub fn parse(path: &Path, text: &str) -> Page {
        let mut page = Page {
            path: path.to_owned(),
            links: Vec::new(),
            named: Vec::new(),
            anchors: HashSet::new(),
            blocks: Vec::new(),
            code: Vec::new(),
        };
        let mut heading: Option<String> = None;
        let mut target: Option<String> = None;
        let mut block: Option<Block> = None;
        let mut slugs: HashMap<String, usize> = HashMap::new();
        for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
            let line = text[..range.start].matches('\n').count() + 1;
            match event {
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => {
                    let slug = slug(&heading.take().unwrap_or_default());
                    let before = slugs.entry(slug.clone()).or_default();
                    page.anchors
                        .insert(if *before == 0 { slug } else { format!("{slug}-{before}") });
                    *before += 1;
                }
                Event::Start(Tag::CodeBlock(kind)) => {
                    let language = match kind {
                        CodeBlockKind::Fenced(info) => info.split_whitespace().next().unwrap_or_default().to_owned(),
                        CodeBlockKind::Indented => String::new(),
                    };
                    block = Some(Block {
                        line,
                        language,
                        text: String::new(),
                    });
                }
                Event::End(TagEnd::CodeBlock) => page.blocks.extend(block.take()),
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    target = Some(dest_url.to_string());
                    page.links.push(Located {
                        line,
                        text: dest_url.into_string(),
                    });
                }
                Event::End(TagEnd::Link | TagEnd::Image) => target = None,
                Event::Text(text) => {
                    if let Some(block) = &mut block {
                        block.text.push_str(&text);
                    } else if let Some(heading) = &mut heading {
                        heading.push_str(&text);
                    }
                }
                Event::Code(text) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&text);
                    }
                    if let Some(target) = &target {
                        page.named.push(Named {
                            line,
                            name: text.to_string(),
                            target: target.clone(),
                        });
                    }
                    page.code.push(Located {
                        line,
                        text: text.into_string(),
                    });
                }
                Event::Html(html) | Event::InlineHtml(html) => page.anchors.extend(id(&html)),
                _ => {}
            }
        }
        page
    }
}

/// The anchor of a heading, as GitHub and GitLab make it.
fn slug(heading: &str) -> String {
    let kept = heading
        .trim()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase)
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

/// The id of an HTML anchor.
fn id(html: &str) -> Option<String> {
    let (_, rest) = html.split_once("<a id=\"")?;
    rest.split_once('"').map(|(id, _)| id.to_owned())
}

#[test]
fn a_page_gives_its_links_anchors_and_code() {
    let text = "# What `is` this?\n\n[a](b.md#c) and `code`\n\n## Twice\n\n## Twice\n\n### <a id=\"Word\"></a>Word\n\n\
                ```yaml\na: 1\n```\n\n| x |\n|---|\n| [t](u) |\n";
    let page = Page::parse(Path::new("p.md"), text);
    let mut anchors: Vec<_> = page.anchors.iter().map(String::as_str).collect();
    anchors.sort_unstable();
    assert_eq!(anchors, ["Word", "twice", "twice-1", "what-is-this", "word"]);
    let links: Vec<_> = page.links.iter().map(|l| (l.line, l.text.as_str())).collect();
    assert_eq!(links, [(3, "b.md#c"), (17, "u")]);
    assert_eq!(page.blocks[0].text, "a: 1\n");
    assert_eq!(page.blocks[0].language, "yaml");
    assert!(page.code.iter().any(|c| c.text == "code" && c.line == 3));
}
