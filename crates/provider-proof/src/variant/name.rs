//! The name of a variant, which replays it: one word for each axis, joined by dots.
//! It must not lose anything: what is written is read back equal.

use super::{Count, DEAD_SECONDS, DEDUPE_SECONDS, Jobs, Variant};
use stationmaster_engine::Resolution;
use std::fmt;
use std::str::FromStr;

/// A text that names no variant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no variant; names are like {example:?}, or \"sdrs\"", example = Variant::sdrs().to_string())]
pub struct NotAVariant(String);

impl Variant {
    /// The variant of a name, as `Display` writes it; `sdrs` is one too.
    ///
    /// # Errors
    /// [`NotAVariant`] for any other text, and for a variant that could not be.
    pub fn named(name: &str) -> Result<Variant, NotAVariant> {
        name.parse()
    }

    /// The words of its name, one for each axis.
    pub fn words(&self) -> [String; 9] {
        let either = |yes: bool, word: &str, otherwise: &str| if yes { word } else { otherwise }.to_owned();
        [
            class(self),
            either(self.calls == Count::One, "1call", "2calls"),
            either(self.endpoints == Count::One, "1endpoint", "2endpoints"),
            match self.jobs {
                Jobs::One => "job",
                Jobs::Dag => "dag",
                Jobs::Unnamed => "unnamed",
                Jobs::AtOnce => "atonce",
            }
            .to_owned(),
            match self.dead_time_seconds {
                None => "unbounded".to_owned(),
                Some(DEAD_SECONDS) => "bounded".to_owned(),
                Some(seconds) => format!("bounded{seconds}"),
            },
            either(self.revision, "versioned", "unversioned"),
            either(self.finds_jobs, "found", "unfound"),
            either(self.directed, "directed", "toggle"),
            either(self.person, "asks", "alone"),
        ]
    }
}

fn class(variant: &Variant) -> String {
    let mut text = word(variant.resolution).to_owned();
    if variant.dedupe_seconds != DEDUPE_SECONDS {
        text.push_str(&variant.dedupe_seconds.to_string());
    }
    if variant.forced != variant.resolution {
        text.push('+');
        text.push_str(word(variant.forced));
    }
    text
}

fn word(resolution: Resolution) -> &'static str {
    match resolution {
        Resolution::Token => "token",
        Resolution::Revision => "revision",
        Resolution::Evidence => "evidence",
        Resolution::Person => "person",
    }
}

fn resolution(text: &str) -> Option<Resolution> {
    [
        Resolution::Token,
        Resolution::Revision,
        Resolution::Evidence,
        Resolution::Person,
    ]
    .into_iter()
    .find(|r| word(*r) == text)
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().join("."))
    }
}

impl FromStr for Variant {
    type Err = NotAVariant;

    fn from_str(text: &str) -> Result<Variant, NotAVariant> {
        if text == "sdrs" {
            return Ok(Variant::sdrs());
        }
        read(text)
            .filter(|variant| variant.sensible() && variant.to_string() == text)
            .ok_or_else(|| NotAVariant(text.to_owned()))
    }
}

fn read(text: &str) -> Option<Variant> {
    let words: Vec<&str> = text.split('.').collect();
    let [class, calls, endpoints, jobs, dead, revision, found, directed, asks] = words.as_slice() else {
        return None;
    };
    let (first, forced) = class.split_once('+').unwrap_or((class, ""));
    let letters = first.trim_end_matches(|c: char| c.is_ascii_digit());
    let dedupe = &first[letters.len()..];
    let all = resolution(letters)?;
    Some(Variant {
        resolution: all,
        forced: if forced.is_empty() { all } else { resolution(forced)? },
        calls: either(calls, "1call", "2calls", Count::One, Count::Two)?,
        endpoints: either(endpoints, "1endpoint", "2endpoints", Count::One, Count::Two)?,
        jobs: match *jobs {
            "job" => Jobs::One,
            "dag" => Jobs::Dag,
            "unnamed" => Jobs::Unnamed,
            "atonce" => Jobs::AtOnce,
            _ => return None,
        },
        dead_time_seconds: match *dead {
            "unbounded" => None,
            "bounded" => Some(DEAD_SECONDS),
            other => Some(other.strip_prefix("bounded")?.parse().ok()?),
        },
        dedupe_seconds: if dedupe.is_empty() {
            DEDUPE_SECONDS
        } else {
            dedupe.parse().ok()?
        },
        revision: either(revision, "versioned", "unversioned", true, false)?,
        finds_jobs: either(found, "found", "unfound", true, false)?,
        directed: either(directed, "directed", "toggle", true, false)?,
        person: either(asks, "asks", "alone", true, false)?,
        lacks: None,
    })
}

fn either<T>(text: &str, one: &str, other: &str, yes: T, no: T) -> Option<T> {
    if text == one {
        Some(yes)
    } else {
        (text == other).then_some(no)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_replays_its_variant() {
        let odd = Variant {
            resolution: Resolution::Token,
            dead_time_seconds: Some(10),
            dedupe_seconds: 60,
            ..Variant::sdrs()
        };
        assert_eq!(
            odd.to_string(),
            "token60+person.1call.1endpoint.job.bounded10.versioned.unfound.directed.alone"
        );
        for variant in [Variant::sdrs(), odd] {
            assert_eq!(Variant::named(&variant.to_string()), Ok(variant));
        }
        assert_eq!(Variant::named("sdrs"), Ok(Variant::sdrs()));
    }

    #[test]
    fn no_other_text_is_a_name() {
        let good = Variant::sdrs().to_string();
        let bad = [
            String::new(),
            format!("{good}."),
            good.replace("evidence+person", "evidence3600+person"),
            good.replace("evidence+person", "revision+person")
                .replace("versioned", "unversioned"),
            good.replace("bounded", "bounded930"),
        ];
        for name in bad {
            assert!(Variant::named(&name).is_err(), "{name}");
        }
    }
}
