//! Reasons that the core does not own: a provider's obstacles, and words that another release wrote into a ledger.
//! It must not give such a word a meaning that decides: nothing is ever done because of one.

use super::Reason;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

pub(super) const MEANING: &str = "Only the provider, or another release, knows this word; the message says what it is.";
pub(super) const WHAT_TO_DO: &str = "Read the message.";

/// What is told instead of a text that can be no condition's reason.
const UNTELLABLE: &str = "OtherReason";
/// The longest word, in bytes.
const LONGEST: usize = 63;
/// How many words are kept for the life of the process: more than all releases know, and a bound where a ledger was forged.
const KEPT: usize = 256;

/// Something that only one provider knows to stand in the way of an operation. The provider declares the word, the core passes it on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// The word, CamelCase, at most 63 bytes, and none of the core's: `ServersRunning`.
    pub word: &'static str,
    /// What it means, one sentence.
    pub meaning: &'static str,
    /// What a person can do, one sentence; empty when there is nothing to do.
    pub todo: &'static str,
}

impl Reason {
    /// The reason of a stored word. One that is not the core's is kept as it is, so that it is written again without loss.
    pub fn stored(word: &str) -> Reason {
        static WORDS: Words = Words(Mutex::new(BTreeSet::new()));
        let known = Reason::ALL.iter().find(|reason| reason.as_str() == word);
        known.copied().unwrap_or_else(|| Reason::Other(WORDS.keep(word)))
    }
}

/// The words that were read. They live as long as the process, so that a reason stays a word that is copied.
struct Words(Mutex<BTreeSet<&'static str>>);

impl Words {
    fn keep(&self, word: &str) -> &'static str {
        let tellable = word.len() <= LONGEST
            && word.starts_with(|c: char| c.is_ascii_uppercase())
            && word.chars().all(|c| c.is_ascii_alphanumeric());
        let mut words = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match words.get(word) {
            Some(word) => word,
            None if tellable && words.len() < KEPT => {
                let word: &'static str = Box::leak(word.into());
                words.insert(word);
                word
            }
            None => UNTELLABLE,
        }
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Reason, D::Error> {
        Ok(Reason::stored(&String::deserialize(deserializer)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_nobody_knows_is_told_as_it_is_and_is_never_one_of_the_core() {
        let told = Reason::stored("MoonTooBright");
        assert_eq!((told, told.as_str()), (Reason::Other("MoonTooBright"), "MoonTooBright"));
        assert!(!Reason::ALL.contains(&told));
        assert_eq!(Reason::stored("TokenStale"), Reason::TokenStale);
    }

    #[test]
    fn a_text_that_is_no_word_is_not_told() {
        for text in ["", "lower", "With space", "Ünder", "A\nB", &"A".repeat(64)] {
            assert_eq!(Reason::stored(text), Reason::Other(UNTELLABLE), "{text:?}");
        }
    }

    #[test]
    fn forged_words_do_not_fill_the_memory() {
        let words = Words(Mutex::default());
        for number in 0..2 * KEPT {
            words.keep(&format!("Forged{number}"));
        }
        assert_eq!(words.0.lock().unwrap().len(), KEPT);
        assert_eq!((words.keep("Forged0"), words.keep("Another")), ("Forged0", UNTELLABLE));
    }
}
