//! The end of a log file, for error messages.
//! It must not read a whole log: they grow to hundreds of megabytes.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// How much of a log an error message shows, in bytes.
const SHOWN: u64 = 6 * 1024;

/// The last lines of a log file; says so if it cannot be read.
pub(crate) fn tail(path: &Path) -> String {
    let read = || -> std::io::Result<String> {
        let mut file = File::open(path)?;
        let start = file.metadata()?.len().saturating_sub(SHOWN);
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.take(SHOWN).read_to_end(&mut bytes)?;
        let text = String::from_utf8_lossy(&bytes);
        // The first line is cut unless the file was read from its start.
        let whole = if start == 0 {
            &text[..]
        } else {
            text.split_once('\n').map_or("", |(_, rest)| rest)
        };
        Ok(whole.trim_end().to_owned())
    };
    read().unwrap_or_else(|error| format!("({}: {error})", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_lines_from_the_end_are_shown() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let lines: String = (0..2_000).map(|line| format!("line {line}\n")).collect();
        std::fs::write(file.path(), lines).unwrap();
        let tail = tail(file.path());
        assert!(tail.starts_with("line ") && tail.ends_with("line 1999"), "{tail}");
        assert!(tail.len() <= SHOWN as usize);
        std::fs::write(file.path(), "short\n").unwrap();
        assert_eq!(super::tail(file.path()), "short");
    }
}
