//! Is what a page shows what a command printed? Tokens, times, ids and numbers differ from run to run; everything else must not.
//! It must not be content with less than every word.

/// The real lines for the lines that a page shows: equal but for what differs from run to run. A line `…` stands for any lines, also
/// none, and stays. An error tells the first line that was not printed, or that was printed beside.
pub fn align(shown: &[String], printed: &[String]) -> Result<Vec<String>, String> {
    let mut real = Vec::new();
    let mut rest = printed;
    let mut anything = false;
    for line in shown {
        if line.trim() == "…" {
            real.push(line.clone());
            anything = true;
            continue;
        }
        let at = match anything {
            true => rest.iter().position(|candidate| same(line, candidate)),
            false => rest.first().is_some_and(|candidate| same(line, candidate)).then_some(0),
        };
        let Some(at) = at else {
            return Err(format!(
                "`{line}` was not printed; next came `{}`",
                rest.first().map_or("", |next| next)
            ));
        };
        real.push(rest[at].clone());
        rest = &rest[at + 1..];
        anything = false;
    }
    match rest.first() {
        Some(more) if !anything => Err(format!("`{more}` was printed too")),
        _ => Ok(real),
    }
}

fn same(one: &str, other: &str) -> bool {
    words(one).eq(words(other))
}

/// The words of a line with everything masked that a run makes up: tokens, and words with a digit.
fn words(line: &str) -> impl Iterator<Item = String> {
    line.split_whitespace().map(|word| {
        let word = without_tokens(word);
        if word.contains(|c: char| c.is_ascii_digit()) {
            "#".to_owned()
        } else {
            word
        }
    })
}

/// A token is four letters or digits, a dash, and four more, with neither before or after.
fn without_tokens(word: &str) -> String {
    let chars: Vec<char> = word.chars().collect();
    let plain = |at: Option<&char>| at.is_some_and(char::is_ascii_alphanumeric);
    let is_token = |at: usize| {
        let Some(token) = chars.get(at..at + 9) else {
            return false;
        };
        let shape = token.iter().enumerate().all(|(index, c)| match index {
            4 => *c == '-',
            _ => c.is_ascii_lowercase() || c.is_ascii_digit(),
        });
        shape && !plain(at.checked_sub(1).and_then(|before| chars.get(before))) && !plain(chars.get(at + 9))
    };
    let mut masked = String::new();
    let mut at = 0;
    while at < chars.len() {
        if is_token(at) {
            masked.push_str("token");
            at += 9;
        } else {
            masked.push(chars[at]);
            at += 1;
        }
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[&str]) -> Vec<String> {
        text.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn tokens_times_and_columns_may_differ_and_words_may_not() {
        assert!(same("archive-bcjx-dshm   3s", "archive-k7m2-9xqd 17s"));
        assert!(same("{priorityToken: bcjx-dshm};", "{priorityToken: abcd-efgh};"));
        assert!(!same("Production runs at source", "Production runs at target"));
        assert!(!same("web-frontend", "web-backend"), "that is no token");
        assert!(!same("a b", "a b c"));
    }

    #[test]
    fn every_line_must_be_there_in_order_unless_the_page_leaves_some_out() {
        let printed = lines(&["a 1", "b", "c", "d"]);
        assert_eq!(align(&lines(&["a 2", "b", "c", "d"]), &printed).unwrap(), printed);
        assert_eq!(
            align(&lines(&["…", "c", "…"]), &printed).unwrap(),
            lines(&["…", "c", "…"])
        );
        assert!(
            align(&lines(&["a 2", "b"]), &printed)
                .unwrap_err()
                .contains("`c` was printed too")
        );
        assert!(align(&lines(&["a 2", "c", "…"]), &printed).is_err());
        assert!(align(&lines(&["…", "d", "c"]), &printed).is_err());
        assert!(align(&[], &lines(&["x"])).is_err());
        assert!(align(&[], &[]).is_ok());
    }
}
