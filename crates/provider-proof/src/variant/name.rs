//! The name of a variant, which replays it: one word for each of the first nine axes, and one for each further axis that is not as at SDRS.
//! It must not lose anything: what is written is read back equal.

use super::{Count, DEAD_SECONDS, DEDUPE_SECONDS, FirstCall, Jobs, PlannedEnd, Variant};
use stationmaster_engine::{OperationType, Resolution};
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

    /// The words of the axes that each name has.
    pub fn words(&self) -> [String; 9] {
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

    /// The words of the further axes. A name has those that differ from SDRS.
    pub fn further_words(&self) -> [String; 8] {
        [
            either(self.first_call == FirstCall::Shows, "firstseen", "firstunseen"),
            either(self.partway, "partway", "plain"),
            either(self.after_move, "confirms", "moveslast"),
            self.lacks
                .map_or_else(|| "hasall".to_owned(), |operation| format!("lacks{operation}")),
            either(self.harmless, "harmless", "once"),
            format!("back{}", self.there_and_back_seconds),
            either(self.outcome == PlannedEnd::Protected, "endsprotected", "endsfailedover"),
            either(self.several, "several", "single"),
        ]
    }
}

fn either(yes: bool, word: &str, otherwise: &str) -> String {
    if yes { word } else { otherwise }.to_owned()
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
        f.write_str(&self.words().join("."))?;
        let usual = Variant::sdrs().further_words();
        for (word, usual) in self.further_words().iter().zip(&usual) {
            if word != usual {
                write!(f, ".{word}")?;
            }
        }
        Ok(())
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
    let [
        class,
        calls,
        endpoints,
        jobs,
        dead,
        revision,
        found,
        directed,
        asks,
        further @ ..,
    ] = words.as_slice()
    else {
        return None;
    };
    let (first, forced) = class.split_once('+').unwrap_or((class, ""));
    let letters = first.trim_end_matches(|c: char| c.is_ascii_digit());
    let dedupe = &first[letters.len()..];
    let all = resolution(letters)?;
    let variant = Variant {
        resolution: all,
        forced: if forced.is_empty() { all } else { resolution(forced)? },
        calls: one_of(calls, "1call", "2calls", Count::One, Count::Two)?,
        endpoints: one_of(endpoints, "1endpoint", "2endpoints", Count::One, Count::Two)?,
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
        revision: one_of(revision, "versioned", "unversioned", true, false)?,
        finds_jobs: one_of(found, "found", "unfound", true, false)?,
        directed: one_of(directed, "directed", "toggle", true, false)?,
        person: one_of(asks, "asks", "alone", true, false)?,
        ..Variant::sdrs()
    };
    further.iter().try_fold(variant, |variant, word| with(variant, word))
}

/// The same with a word of a further axis.
fn with(variant: Variant, word: &str) -> Option<Variant> {
    let lacks = |name: &str| OperationType::ALL.into_iter().find(|o| o.as_str() == name);
    Some(match word {
        "firstunseen" => Variant {
            first_call: FirstCall::Nothing,
            ..variant
        },
        "partway" => Variant {
            partway: true,
            ..variant
        },
        "confirms" => Variant {
            after_move: true,
            ..variant
        },
        "harmless" => Variant {
            harmless: true,
            ..variant
        },
        "endsfailedover" => Variant {
            outcome: PlannedEnd::FailedOver,
            ..variant
        },
        "several" => Variant {
            several: true,
            ..variant
        },
        _ => match (word.strip_prefix("lacks"), word.strip_prefix("back")) {
            (Some(name), _) => Variant {
                lacks: Some(lacks(name)?),
                ..variant
            },
            (None, Some(seconds)) => Variant {
                there_and_back_seconds: seconds.parse().ok()?,
                ..variant
            },
            (None, None) => return None,
        },
    })
}

fn one_of<T>(text: &str, one: &str, other: &str, yes: T, no: T) -> Option<T> {
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
        let further = Variant {
            calls: Count::Two,
            first_call: FirstCall::Nothing,
            partway: true,
            after_move: true,
            lacks: Some(OperationType::Reprotect),
            harmless: true,
            there_and_back_seconds: 900,
            outcome: PlannedEnd::FailedOver,
            several: true,
            ..Variant::sdrs()
        };
        assert_eq!(
            further.to_string(),
            "evidence+person.2calls.1endpoint.job.bounded.versioned.unfound.directed.alone.\
             firstunseen.partway.confirms.lacksReprotect.harmless.back900.endsfailedover.several"
        );
        for variant in [Variant::sdrs(), odd, further] {
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
            format!("{good}.pondering"),
            format!("{good}.lacksNothing"),
            format!("{good}.back0"),
            format!("{good}.back900.harmless"),
            format!("{good}.firstunseen"),
            format!("{good}.partway"),
            format!("{good}.lacksPlannedFailover.endsfailedover"),
        ];
        for name in bad {
            assert!(Variant::named(&name).is_err(), "{name}");
        }
    }
}
