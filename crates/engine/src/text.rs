//! Texts are cut here, between characters: sentences with a mark that says so, words without one.
//! It must not know what a text is about, nor how long it may be.

/// How long a sentence in a status, a notice or a result may be, in bytes.
pub const SENTENCE: usize = 512;

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

/// A sentence of at most [`SENTENCE`] bytes.
pub fn sentence(text: impl Into<String>) -> String {
    cut(SENTENCE, text)
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
    fn a_word_is_one_line_and_carries_no_mark() {
        assert_eq!(word(4, "a\nb\u{1b}cd"), "a b ");
        assert_eq!(word(3, "üü"), "ü");
        assert_eq!(word(9, "üü"), "üü");
    }
}
