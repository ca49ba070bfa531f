//! Whole lists of SDRS, page by page: to the empty page or to the number that the service itself counts, within bounds.
//! It must not take a part of a list for the whole, nor let one bad entry cost the others.

use crate::client::{Client, Read};
use crate::keep::Keep;
use crate::problem::Problem;
use crate::wire::Entry;
use serde::de::DeserializeOwned;
use stationmaster_engine::text;
use stationmaster_transport::{Entries, LIST_CAP, Urgency, within};
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// Entries for each page. The parameter table allows 1000, the text of error 0221 less than that.
const PAGE: usize = 500;
/// No project has more pages than this; a list that goes on is not believed.
const MOST_PAGES: usize = 200;
/// Nor more entries.
const MOST_ENTRIES: usize = 10_000;
/// The pages of one list together, in bytes.
const MOST_BYTES: usize = 32 * 1024 * 1024;
/// What is kept of one list, in bytes.
const MOST_KEPT: usize = 4 * 1024 * 1024;
/// How long one list may take.
const LONGEST: Duration = Duration::from_secs(60);
/// So many bad entries are told one by one.
const TOLD: usize = 20;

/// A read of a whole list of SDRS.
pub(crate) struct List<'a> {
    /// The label, after the vendor's operation id.
    pub(crate) operation: &'static str,
    /// What is asked, for messages.
    pub(crate) what: &'a str,
    pub(crate) path: &'a [&'a str],
    pub(crate) filter: &'a [(&'a str, &'a str)],
    pub(crate) urgency: Urgency,
    /// As of a [`Read`].
    pub(crate) informs: bool,
    /// With so many entries the list is whole: the service counts them elsewhere, or the last list to the empty page had as many.
    pub(crate) whole: Option<usize>,
    /// What of it is kept.
    pub(crate) keep: Keep<'a>,
}

impl<'a> List<'a> {
    /// A routine read of a whole list.
    pub(crate) fn of(operation: &'static str, what: &'a str, path: &'a [&'a str]) -> List<'a> {
        List {
            operation,
            what,
            path,
            filter: &[],
            urgency: Urgency::Routine,
            informs: false,
            whole: None,
            keep: Keep::All,
        }
    }
}

/// One page.
pub(crate) struct Page<T> {
    pub(crate) entries: Entries<T>,
    pub(crate) count: Option<i64>,
}

/// A whole list.
pub(crate) struct Listed<T> {
    pub(crate) entries: Vec<T>,
    /// The entries that cannot be read.
    pub(crate) bad: Vec<Bad>,
    /// How many entries there were, also those that are not kept.
    pub(crate) shown: usize,
}

/// An entry that cannot be read, as far as it can be named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bad {
    pub(crate) id: Option<String>,
    pub(crate) group: Option<String>,
    pub(crate) why: String,
}

/// What has been taken of a list so far.
struct Taken<T> {
    listed: Listed<T>,
    /// Of ids that may be long and many nothing is kept but what tells them apart.
    ids: HashSet<u64>,
    hasher: RandomState,
    /// How many are kept that nobody asked for.
    others: usize,
    bytes: usize,
    kept: usize,
    /// Records passed, bad ones too: the next page begins there.
    offset: usize,
    /// What `count` has shown to be: whether it is the page or the total is not documented (`docs/vendors/sdrs.md#gaps`).
    total: Option<usize>,
}

impl Client {
    /// A whole list. It ends with an empty page, or with as many entries as the service counts.
    pub(crate) async fn list<P, T>(&self, list: &List<'_>) -> Result<Listed<T>, Problem>
    where
        P: DeserializeOwned + Into<Page<T>>,
        T: Entry,
    {
        let late = || {
            format!(
                "{}: the list was not read to its end within {} s",
                list.what,
                LONGEST.as_secs()
            )
        };
        within(LONGEST, late, self.pages::<P, T>(list)).await
    }

    async fn pages<P, T>(&self, list: &List<'_>) -> Result<Listed<T>, Problem>
    where
        P: DeserializeOwned + Into<Page<T>>,
        T: Entry,
    {
        let wrong = |why: &str| Problem::unreadable(list.what, why);
        let limit = PAGE.to_string();
        let mut taken = Taken::default();
        for _ in 0..MOST_PAGES {
            let start = taken.offset.to_string();
            let mut query = vec![("limit", limit.as_str()), ("offset", start.as_str())];
            query.extend_from_slice(list.filter);
            let read = Read {
                query: &query,
                cap: LIST_CAP,
                urgency: list.urgency,
                informs: list.informs,
                ..Read::of_sdrs(list.operation, list.what, list.path)
            };
            let (page, bytes) = self.sized::<P>(&read).await?;
            let page: Page<T> = page.into();
            taken.bytes += bytes;
            let count = page.count.and_then(|count| usize::try_from(count).ok());
            let entries = match page.entries {
                Entries::Missing => return Err(wrong("it holds no list")),
                Entries::Listed { more: true, .. } => return Err(wrong("a page holds more entries than any page may")),
                // Null for an empty list is how the services write it that count it as empty.
                Entries::Null if taken.offset == 0 && count != Some(0) => return Err(wrong("its list is null")),
                Entries::Null => Vec::new(),
                Entries::Listed { entries, .. } => entries,
            };
            let (length, news) = (entries.len(), taken.add(entries, list.keep));
            if count.is_some_and(|count| count > length && count >= taken.offset) {
                taken.total = count;
            }
            if length == 0 {
                return taken.end(list);
            }
            if taken.bytes > MOST_BYTES || taken.kept > MOST_KEPT || taken.ids.len() > MOST_ENTRIES {
                return Err(wrong(&format!(
                    "the list is too long ({} entries, {} bytes so far)",
                    taken.offset, taken.bytes
                )));
            }
            if taken.reached(list.whole) || taken.reached(taken.total) {
                return taken.end(list);
            }
            if news == 0 {
                // The same page again: it was whole, unless there is more than one page holds.
                return if length >= PAGE || taken.total.is_some() {
                    Err(wrong("a page brings nothing new: the list does not heed offset"))
                } else {
                    taken.end(list)
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
                bad: Vec::new(),
                shown: 0,
            },
            ids: HashSet::new(),
            hasher: RandomState::new(),
            others: 0,
            bytes: 0,
            kept: 0,
            offset: 0,
            total: None,
        }
    }
}

impl<T: Entry> Taken<T> {
    /// Takes a page in; how many of its entries are new.
    fn add(&mut self, entries: Vec<Option<T>>, keep: Keep<'_>) -> usize {
        self.offset += entries.len();
        let mut news = 0;
        for entry in entries {
            let bad = match entry {
                None => Bad {
                    id: None,
                    group: None,
                    why: "an entry is no object".to_owned(),
                },
                Some(entry) => match (entry.id().filter(|id| !id.is_empty()), entry.too_long()) {
                    (Some(id), None) => {
                        if self.ids.insert(self.hasher.hash_one(id)) {
                            news += 1;
                            self.listed.shown += 1;
                            if keep.keeps_entry(&entry, &mut self.others) {
                                self.kept += entry.kept();
                                self.listed.entries.push(entry);
                            }
                        }
                        continue;
                    }
                    (id, why) => Bad {
                        id: id
                            .filter(|id| id.len() <= crate::wire::WORD)
                            .map(|id| text::word(crate::wire::WORD, id)),
                        group: entry.group().map(|group| text::word(crate::wire::WORD, group)),
                        why: why.unwrap_or_else(|| "an entry has no id".to_owned()),
                    },
                },
            };
            // One without a name is never known to be new: a list that does not heed the offset must come to its end.
            let id = bad.id.as_ref().map(|id| self.hasher.hash_one(id));
            if id.is_some_and(|id| !self.ids.insert(id)) {
                continue;
            }
            news += usize::from(id.is_some());
            self.listed.shown += 1;
            let named = bad.id.is_some() || bad.group.is_some();
            let kept = match named {
                true => keep.keeps(bad.id.as_deref(), bad.group.as_deref(), &mut self.others),
                // One of them stands for all: nothing tells them apart.
                false => self.listed.bad.len() < TOLD,
            };
            if !kept {
                continue;
            }
            if self.listed.bad.len() < TOLD {
                tracing::warn!(id = bad.id, why = bad.why, "an entry of a list cannot be read");
            }
            self.listed.bad.push(bad);
        }
        news
    }

    fn reached(&self, number: Option<usize>) -> bool {
        number.is_some_and(|number| self.offset >= number)
    }

    /// The list, unless the service counts more than it lists.
    fn end(self, list: &List<'_>) -> Result<Listed<T>, Problem> {
        match self.total {
            Some(total) if total > self.offset => {
                let why = format!("it counts {total} entries and lists {}", self.offset);
                Err(Problem::unreadable(list.what, &why))
            }
            _ => Ok(self.listed),
        }
    }
}
