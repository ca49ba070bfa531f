//! Files of `KEY=VALUE` lines with which programs tell where they serve.
//! It must not be read before they are whole: programs write them in one step.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use super::Error;
use super::program::{PAUSE, Program};

/// How long a program may take to open its ports. Far above what it takes, for busy machines.
const LONGEST: Duration = Duration::from_secs(180);

/// The lines of the file that a program just started writes, once it has.
pub(crate) async fn wait(file: &Path, program: &Program) -> Result<BTreeMap<String, String>, Error> {
    let started = Instant::now();
    loop {
        program.check()?;
        if let Ok(text) = std::fs::read_to_string(file)
            && text.ends_with('\n')
        {
            return Ok(read(&text));
        }
        if started.elapsed() > LONGEST {
            return Err(Error::Missed {
                what: format!("{} writes {}", program.name(), file.display()),
                how: format!("not within {} s", LONGEST.as_secs()),
                last: "no such file".into(),
                logs: program.tail(),
            });
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn read(text: &str) -> BTreeMap<String, String> {
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// One line of the file.
pub(crate) fn take(lines: &BTreeMap<String, String>, key: &str, file: &Path) -> Result<String, Error> {
    lines.get(key).cloned().ok_or_else(|| Error::Manifest {
        manifest: file.display().to_string(),
        problem: format!("it has no line {key}=…"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_may_hold_an_equals_sign() {
        let lines = read("A=http://x/?y=z\n\nB=\n");
        assert_eq!(lines["A"], "http://x/?y=z");
        assert_eq!(take(&lines, "B", Path::new("f")).unwrap(), "");
        assert!(
            take(&lines, "C", Path::new("f"))
                .unwrap_err()
                .to_string()
                .contains("C=")
        );
    }
}
