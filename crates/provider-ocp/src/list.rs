//! Whole lists of OCP, page by page: to the empty page or to the number that OCP itself counts, within bounds.
//! It must not take a part of a list for the whole, nor let one bad entry cost the others.

use crate::client::{Client, Read};
use crate::problem::Problem;
use crate::wire::{Counted, Entry, many};
use serde::de::DeserializeOwned;
use stationmaster_transport::{LIST_CAP, within};
use std::collections::HashSet;
use std::time::Duration;

/// Entries for each page; at most 2000 are documented.
const PAGE: usize = 500;
/// A list that goes on is not believed.
const MOST_PAGES: usize = 100;
const MOST_ENTRIES: usize = 10_000;
/// The pages of one list together, and what is kept of them, in bytes.
const MOST_BYTES: usize = 32 * 1024 * 1024;
const MOST_KEPT: usize = 8 * 1024 * 1024;
/// How long one list may take.
const LONGEST: Duration = Duration::from_secs(60);

/// A whole list.
#[derive(Debug)]
pub(crate) struct Listed<T> {
    pub(crate) entries: Vec<T>,
    /// Why an entry cannot be read; the first of them.
    pub(crate) bad: Option<String>,
}

/// What has been taken of a list so far.
struct Taken<T> {
    listed: Listed<T>,
    ids: HashSet<i64>,
    bytes: usize,
    kept: usize,
    /// Records passed, bad ones and repeated ones too.
    passed: usize,
    counted: Option<usize>,
    /// How many pages OCP counts, where it counts no entries.
    pages: Option<usize>,
}

impl Client {
    /// A whole list: `read` says which, `query` of it filters.
    pub(crate) async fn list<T: DeserializeOwned + Entry>(&self, read: &Read<'_>) -> Result<Listed<T>, Problem> {
        let late = || {
            format!(
                "{}: the list was not read to its end within {} s",
                read.what,
                LONGEST.as_secs()
            )
        };
        within(LONGEST, late, self.pages(read)).await
    }

    async fn pages<T: DeserializeOwned + Entry>(&self, read: &Read<'_>) -> Result<Listed<T>, Problem> {
        let wrong = |why: &str| Problem::unreadable(read.what, why);
        let size = PAGE.to_string();
        let mut taken = Taken::default();
        for number in 1..=MOST_PAGES {
            let place = number.to_string();
            let mut query = vec![("page", place.as_str()), ("size", size.as_str())];
            query.extend_from_slice(read.query);
            let page = Read {
                query: &query,
                cap: LIST_CAP,
                ..*read
            };
            let response = self.answer(&page).await?;
            taken.bytes += response.body.len();
            let many = match many::<T>(&response.body) {
                Ok(Some(many)) if many.more => return Err(wrong("a page holds more entries than any page may")),
                Ok(Some(many)) => many,
                Ok(None) => return Err(wrong("it holds no list")),
                Err(error) => {
                    return Err(Problem::malformed(read.what, &response.body, &error, |text| {
                        self.scrub(text)
                    }));
                }
            };
            let length = many.entries.len();
            taken.count(many.counted);
            let news = taken.add(many.entries);
            if length == 0 || taken.whole(number) {
                return taken.end(read.what);
            }
            if taken.bytes > MOST_BYTES || taken.kept > MOST_KEPT || taken.ids.len() > MOST_ENTRIES {
                return Err(wrong(&format!(
                    "the list is too long ({} entries, {} bytes so far)",
                    taken.passed, taken.bytes
                )));
            }
            // Where nothing counts them, a page that is the same again is the whole list, unless it is full.
            if news == 0 {
                return match taken.counted.is_none() && length < PAGE {
                    true => taken.end(read.what),
                    false => Err(wrong("a page brings nothing new: the list does not heed page")),
                };
            }
        }
        Err(wrong("the list has no end"))
    }
}

impl<T> Default for Taken<T> {
    fn default() -> Self {
        Taken {
            listed: Listed {
                entries: Vec::new(),
                bad: None,
            },
            ids: HashSet::new(),
            bytes: 0,
            kept: 0,
            passed: 0,
            counted: None,
            pages: None,
        }
    }
}

impl<T: Entry> Taken<T> {
    fn count(&mut self, counted: Counted) {
        let told = counted.total_elements.and_then(|total| usize::try_from(total).ok());
        self.counted = told.or(self.counted);
        self.pages = counted
            .pages()
            .and_then(|pages| usize::try_from(pages).ok())
            .or(self.pages);
    }

    /// Takes a page in; how many of its entries are new.
    fn add(&mut self, entries: Vec<Option<T>>) -> usize {
        self.passed += entries.len();
        let mut news = 0;
        for entry in entries {
            let why = match entry {
                None => "an entry is no object".to_owned(),
                Some(entry) => match (entry.id(), entry.too_long()) {
                    (Some(id), None) => {
                        if self.ids.insert(id) {
                            news += 1;
                            self.kept += entry.kept();
                            self.listed.entries.push(entry);
                        }
                        continue;
                    }
                    (Some(id), Some(why)) => {
                        news += usize::from(self.ids.insert(id));
                        format!("the entry {id}: {why}")
                    }
                    (None, why) => why.unwrap_or_else(|| "an entry has no id".to_owned()),
                },
            };
            tracing::debug!(why, "an entry of a list cannot be read");
            self.listed.bad.get_or_insert(why);
        }
        news
    }

    fn whole(&self, number: usize) -> bool {
        match self.counted {
            Some(counted) => self.passed >= counted,
            None => self.pages.is_some_and(|pages| number >= pages),
        }
    }

    /// The list, unless OCP counts more than it lists.
    fn end(self, what: &str) -> Result<Listed<T>, Problem> {
        match self.counted {
            Some(counted) if counted > self.passed => {
                let why = format!("it counts {counted} entries and lists {}", self.passed);
                Err(Problem::unreadable(what, &why))
            }
            _ => Ok(self.listed),
        }
    }
}
