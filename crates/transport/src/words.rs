//! What a person reads in a body that is not what was expected.
//! It must not quote more than a line, nor a page's markup; whoever uses it strikes secrets out.

use serde_json::error::Category;
use stationmaster_engine::text;

/// How much of a body that is no envelope is looked at, in bytes.
const LOOKED_AT: usize = 4096;
/// And how much of it is quoted.
pub const QUOTED: usize = 120;

/// What a person reads in a body that is no envelope.
pub fn words(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(LOOKED_AT)]);
    let text = text.trim();
    if !text.starts_with('<') {
        return text::word(QUOTED, text);
    }
    let mut words = String::new();
    for part in text.split('<') {
        let (_, outside) = part.split_once('>').unwrap_or_default();
        for word in outside.split_whitespace() {
            words.push(' ');
            words.push_str(word);
        }
    }
    match text::word(QUOTED, words.trim()).as_str() {
        "" => "a page of HTML without a word".to_owned(),
        words => format!("a page of HTML: {words}"),
    }
}

/// Why the body of a success cannot be read; what it says is not told, but of a page of HTML.
pub fn unread(body: &[u8], error: &serde_json::Error) -> String {
    let begins = body.trim_ascii_start().first();
    match error.classify() {
        _ if begins.is_none() => "it has no body".to_owned(),
        _ if begins == Some(&b'<') => format!("it is {}", words(body)),
        Category::Eof => "it breaks off".to_owned(),
        Category::Data => format!("a part of it is missing or of another kind ({error})"),
        Category::Syntax | Category::Io => {
            format!(
                "it is no JSON (from line {}, column {} on)",
                error.line(),
                error.column()
            )
        }
    }
}
