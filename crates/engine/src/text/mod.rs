//! Texts are made plain and cut here, between characters: sentences with a mark that says so, words without one.
//! It must not know what a text is about, nor how long it may be.

mod flaw;

pub use flaw::flaw;

use jiff::Timestamp;

/// How long a sentence in a status, a notice or a result may be, in bytes.
pub const SENTENCE: usize = 512;

/// A moment as people read it: to the second, in UTC.
pub fn moment(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).unwrap_or(at).to_string()
}

/// A sentence of at most so many bytes; one that was cut ends with `…`.
pub fn cut(bytes: usize, text: impl Into<String>) -> String {
    let mut text = text.into();
    if text.len() > bytes {
        let room = bytes.saturating_sub('…'.len_utf8());
        text.truncate(start(room, &text).len());
        text.push('…');
    }
    text
}

/// A plain sentence of at most [`SENTENCE`] bytes.
pub fn sentence(text: impl Into<String>) -> String {
    cut(SENTENCE, plain(text))
}

/// The text in one line, as a tired person reads it: without the tags of a page that somebody sent in the place of an answer, and with every
/// moment to the second.
pub fn plain(text: impl Into<String>) -> String {
    let text = text.into();
    let text = if is_page(&text) { without_tags(&text) } else { text };
    let text = without_fractions(text);
    if text.contains(char::is_control) {
        return text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    }
    text
}

/// Whether a page of a browser is in it. A single `<` is none.
fn is_page(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["<html", "<!doctype", "<head", "<body", "<title", "<h1", "<center", "</"]
        .iter()
        .any(|tag| text.contains(tag))
}

fn without_tags(page: &str) -> String {
    let mut told = String::new();
    let mut inside = false;
    for letter in page.chars() {
        match letter {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                told.push(' ');
            }
            _ if inside => {}
            other => told.push(other),
        }
    }
    // What is left of a page is a heading and blanks.
    told.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `23:07:34.965296142Z` is told as `23:07:34Z`.
fn without_fractions(text: String) -> String {
    let Some(at) = fraction(&text) else { return text };
    let mut told = String::with_capacity(text.len());
    let (mut rest, mut next) = (text.as_str(), Some(at));
    while let Some((from, to)) = next {
        told.push_str(&rest[..from]);
        rest = &rest[to..];
        next = fraction(rest);
    }
    told.push_str(rest);
    told
}

/// Where the first fraction of a second stands: behind `:34`, and before a zone.
fn fraction(text: &str) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let dots = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'.');
    dots.map(|(at, _)| at).find_map(|at| {
        let seconds = at >= 3 && digit(at - 1) && digit(at - 2) && bytes[at - 3] == b':';
        let end = (at + 1..bytes.len()).find(|at| !digit(*at))?;
        let zone = matches!(bytes[end], b'Z' | b'+' | b'-');
        (seconds && zone && end > at + 1).then_some((at, end))
    })
}

/// The beginning of a name, of at most so many bytes.
pub fn start(bytes: usize, text: &str) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|&i| text.is_char_boundary(i));
    &text[..end.unwrap_or(0)]
}

/// Somebody else's word of at most so many bytes, in one line: what controls a terminal becomes a space.
pub fn word(bytes: usize, text: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    start(bytes, text).chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_cut_at_a_character_and_says_so() {
        assert_eq!(cut(512, "short"), "short");
        assert_eq!(cut(512, "x".repeat(512)), "x".repeat(512), "what fits is whole");
        let long = cut(512, "ü".repeat(400));
        assert!(
            long.len() <= 512 && long.ends_with('…') && long.starts_with('ü'),
            "{long}"
        );
        for bytes in 0..12 {
            assert!(cut(bytes, "ünübersehbar").len() <= bytes.max('…'.len_utf8()));
            assert!(start(bytes, "ünübersehbar").len() <= bytes);
        }
    }

    #[test]
    fn a_page_is_told_without_its_tags() {
        let page = "HTTP 502: <html>\r\n<head><title>502 Bad Gateway</title></head><body><center><h1>502</h1></center>";
        assert_eq!(sentence(page), "HTTP 502: 502 Bad Gateway 502");
        assert_eq!(sentence("HTTP 502: <html>Error</html>"), "HTTP 502: Error");
        let name = "its name is <group>-<token>, and 3 < 4";
        assert_eq!(sentence(name), name, "no page");
    }

    #[test]
    fn a_moment_is_told_to_the_second() {
        assert_eq!(
            plain("since 2026-11-29T23:07:34.965296142Z, until 2026-11-29T23:08:00.5+01:00."),
            "since 2026-11-29T23:07:34Z, until 2026-11-29T23:08:00+01:00."
        );
        let others = "10.0.0.1:8080.5 took 1.5 s; see 12:30.";
        assert_eq!(plain(others), others);
        assert_eq!(
            moment("2026-11-29T23:07:34.965Z".parse().unwrap()),
            "2026-11-29T23:07:34Z"
        );
        assert_eq!(plain("two\nlines"), "two lines");
    }

    #[test]
    fn a_word_is_one_line_and_carries_no_mark() {
        assert_eq!(word(4, "a\nb\u{1b}cd"), "a b ");
        assert_eq!(word(3, "üü"), "ü");
        assert_eq!(word(9, "üü"), "üü");
    }
}
