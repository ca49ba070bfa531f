//! The rules that stand now, and how often each has met an exchange.
//! It must not act: it tells which rule does.

use super::error::PlanError;
use super::matching::Asked;
use super::plan::{Plan, Rule};

/// Rules with their counts, in order.
#[derive(Debug, Default)]
pub(crate) struct Book {
    entries: Vec<Entry>,
    added: usize,
}

#[derive(Debug)]
struct Entry {
    rule: Rule,
    met: u64,
    acted: u64,
}

impl Book {
    /// Adds a rule behind the others; tells its name.
    pub fn add(&mut self, mut rule: Rule) -> Result<String, PlanError> {
        self.added += 1;
        if rule.name.is_empty() {
            rule.name = format!("rule-{}", self.added);
        }
        let name = rule.name.clone();
        let mut rules: Vec<Rule> = self.entries.iter().map(|entry| entry.rule.clone()).collect();
        rules.push(rule.clone());
        Plan { rules }.check()?;
        self.entries.push(Entry { rule, met: 0, acted: 0 });
        Ok(name)
    }

    /// The position that the next rule will have.
    pub fn next(&self) -> usize {
        self.added + 1
    }

    /// Takes a rule away; false if there is none of that name.
    pub fn remove(&mut self, name: &str) -> bool {
        let before = self.entries.len();
        self.entries.retain(|entry| entry.rule.name != name);
        self.entries.len() < before
    }

    /// Counts the exchange for each rule that fits it; the rule that acts on it, if one does.
    pub fn meet(&mut self, asked: &Asked) -> Option<Rule> {
        let mut acting = None;
        for entry in self.entries.iter_mut().filter(|entry| entry.rule.matching.fits(asked)) {
            entry.met += 1;
            if acting.is_none() && entry.rule.occurrence.holds(entry.met) {
                entry.acted += 1;
                acting = Some(entry.rule.clone());
            }
        }
        acting
    }

    /// How many exchanges the rule fitted, and on how many it acted.
    pub fn counts(&self, name: &str) -> Option<(u64, u64)> {
        let entry = self.entries.iter().find(|entry| entry.rule.name == name)?;
        Some((entry.met, entry.acted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Source;
    use crate::proxy::{Act, Match};

    #[test]
    fn the_first_rule_whose_turn_it_is_acts_and_all_count() {
        let asked = Asked {
            source: Source::Provider,
            replica: None,
            method: "GET".into(),
            path: "/x".into(),
            query: String::new(),
            api: None,
            body: None,
        };
        let mut book = Book::default();
        let second = book.add(Rule::nth(Match::provider(), 2, Act::throttle(1))).unwrap();
        let each = book
            .add(Rule::always(Match::default(), Act::answer(500)).named("each"))
            .unwrap();
        book.add(Rule::always(Match::default().of("b"), Act::answer(501)))
            .unwrap();
        let mut acted = || book.meet(&asked).map(|rule| rule.name);
        assert_eq!(
            [acted(), acted(), acted()].map(Option::unwrap),
            [&each, &second, &each].map(String::clone)
        );
        assert_eq!(book.counts(&second), Some((3, 1)));
        assert_eq!(book.counts("each"), Some((3, 2)));
        assert_eq!(book.counts("rule-3"), Some((0, 0)));
        assert!(
            book.add(Rule::always(Match::default(), Act::answer(500)).named("each"))
                .is_err()
        );
        assert!(book.remove("each") && !book.remove("each"));
        assert_eq!(book.counts("each"), None);
    }
}
