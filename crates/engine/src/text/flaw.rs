//! What makes a message unreadable for a tired person: the check that tests put on every message that is told.
//! It must not be asked by anything that decides, nor change a text.

/// The longest message, in bytes.
const LONGEST: usize = 1024;

/// Words that only a program says.
const DEBUG: [&str; 8] = [
    "ApiError",
    "Some(\"",
    "Err(",
    "Ok(\"",
    "panicked",
    "unwrap()",
    "ErrorResponse",
    "\\\"",
];

/// What is wrong, and how it is seen.
type Rule = (&'static str, fn(&str) -> bool);

/// What is wrong with a message, if anything is.
pub fn flaw(message: &str) -> Option<&'static str> {
    let rules: [Rule; 8] = [
        ("it says nothing", |m| m.trim().is_empty()),
        ("it is too long", |m| m.len() > LONGEST),
        ("it is more than one line", |m| m.contains(char::is_control)),
        ("it is the text of a program", |m| {
            DEBUG.iter().any(|word| m.contains(word)) || is_debug(m)
        }),
        ("it is a page", |m| {
            ["</", "<html", "<!DOCTYPE"].iter().any(|tag| m.contains(tag))
        }),
        ("a moment has a fraction of a second", |m| super::fraction(m).is_some()),
        ("something is missing", is_gapped),
        ("it lists every word that there is", |m| m.matches("`, `").count() > 8),
    ];
    rules.iter().find(|(_, broken)| broken(message)).map(|(what, _)| *what)
}

/// `Kind(…` and `Kind { …` are how a program shows a value.
fn is_debug(message: &str) -> bool {
    let value = |word: &str| {
        let name = word.split(['(', '{']).next().unwrap_or_default();
        let capital = name.starts_with(|c: char| c.is_ascii_uppercase());
        let lower = name.chars().any(|c| c.is_ascii_lowercase());
        capital && lower && name.chars().all(|c| c.is_ascii_alphanumeric()) && word[name.len()..].starts_with('(')
    };
    let words: Vec<&str> = message.split(' ').collect();
    let opens = |pair: &[&str]| {
        let name = pair[0].trim_start_matches('(');
        let capital = name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(char::is_alphanumeric);
        capital && pair[1] == "{"
    };
    words.iter().any(|word| value(word)) || words.windows(2).any(opens)
}

/// Where a name was empty, two blanks or an empty pair of quotes are left.
fn is_gapped(message: &str) -> bool {
    let starts = message.starts_with([' ', ':', ',', ';']);
    let gaps = ["  ", " :", " ,", " ;", "()", "``", ": :", "uid ;"];
    starts || message.ends_with([' ', ':']) || gaps.iter().any(|gap| message.contains(gap))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_should_not_read_is_found() {
        let long = "x".repeat(1025);
        for message in [
            "",
            " ",
            &long,
            "two\nlines",
            "ApiError: pods is forbidden: (Status { status: Some(Failure), code: 403",
            "not PEM: Base64Decode(\"InvalidTrailingPadding\")",
            "invalid certificate: Other(OtherError(CaUsedAsEndEntity))",
            "the running operation has uid Some(\"u\")",
            "Status { code: 403",
            "HTTP 502: <html>Error</html>",
            "waits since 2026-11-29T23:07:34.965296142Z",
            "job 7 failed:  no volume",
            "ReverseServerGroup: ",
            ": nothing",
            "expected one of `a`, `b`, `c`, `d`, `e`, `f`, `g`, `h`, `i`, `j`",
        ] {
            assert!(flaw(message).is_some(), "{message}");
        }
    }

    #[test]
    fn what_a_person_can_read_is_let_through() {
        for message in [
            "Production runs at source. Replication runs from the active station to the other.",
            "Failover o to target: step 1/3 Call: HTTP 403 SDRS.0003 (request id 7f): not allowed",
            "Decision d (Confirm) by alice: step ServersStopped is confirmed",
            "set spec: {priorityStation: target, priorityToken: k7m2-9xqd}",
            "since 2026-11-29T23:07:34Z, at most 3600 s",
            "FollowJob",
        ] {
            assert_eq!(flaw(message), None, "{message}");
        }
    }
}
