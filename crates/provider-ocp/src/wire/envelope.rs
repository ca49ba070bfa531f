//! The envelope of an answer, and the three shapes of its `data`: an object, a list of all, a page of a list.
//! It must not take an answer without a list for an empty one.

use super::error::Refusal;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use stationmaster_transport::Entries;
use stationmaster_transport::lenient::{flag, number, text, whole};

/// What an answer says of itself.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Meta {
    #[serde(default, deserialize_with = "flag")]
    pub(crate) successful: Option<bool>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) trace_id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) server: Option<String>,
    #[serde(default, deserialize_with = "whole")]
    pub(crate) error: Refusal,
}

/// A list, and what it is a part of.
#[derive(Debug)]
pub(crate) struct Many<T> {
    pub(crate) entries: Vec<Option<T>>,
    /// There were more than any answer may hold; they are left out.
    pub(crate) more: bool,
    pub(crate) counted: Counted,
}

/// What a page says of the list.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Counted {
    #[serde(default, deserialize_with = "number")]
    pub(crate) total_elements: Option<i64>,
    #[serde(default, deserialize_with = "number")]
    total_pages: Option<i64>,
    /// How the tables spell it.
    #[serde(default, deserialize_with = "number")]
    total_page: Option<i64>,
}

impl Counted {
    /// How many pages there are.
    pub(crate) fn pages(&self) -> Option<i64> {
        self.total_pages.or(self.total_page)
    }
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "D: DeserializeOwned + Default"))]
struct Of<D> {
    #[serde(default, deserialize_with = "whole")]
    data: D,
}

/// `data` where it is a list.
#[derive(Deserialize)]
#[serde(bound(deserialize = "T: DeserializeOwned"))]
struct Contents<T> {
    #[serde(default)]
    contents: Entries<T>,
    #[serde(default, deserialize_with = "whole")]
    page: Counted,
}

impl<T> Default for Contents<T> {
    fn default() -> Self {
        Contents {
            contents: Entries::Missing,
            page: Counted::default(),
        }
    }
}

/// An object, or nothing where `data` is none.
struct Whole<T>(Option<T>);

impl<T> Default for Whole<T> {
    fn default() -> Self {
        Whole(None)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Whole<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(|whole| Whole(Some(whole)))
    }
}

/// What an answer says of itself; nothing where it is no envelope.
pub(crate) fn meta(body: &[u8]) -> Meta {
    serde_json::from_slice(body).unwrap_or_default()
}

/// The list of an answer; none where it has none. A `null` in its place is none either.
pub(crate) fn many<T: DeserializeOwned>(body: &[u8]) -> Result<Option<Many<T>>, serde_json::Error> {
    let answer: Of<Contents<T>> = serde_json::from_slice(body)?;
    Ok(match answer.data.contents {
        Entries::Listed { entries, more } => Some(Many {
            entries,
            more,
            counted: answer.data.page,
        }),
        Entries::Missing | Entries::Null => None,
    })
}

/// The object of an answer, also where it is the only one of a list; none where there is none.
pub(crate) fn one<T: DeserializeOwned>(body: &[u8]) -> Result<Option<T>, serde_json::Error> {
    if let Some(mut many) = many::<T>(body)? {
        return Ok(match many.entries.len() {
            1 => many.entries.remove(0),
            _ => None,
        });
    }
    let answer: Of<Whole<T>> = serde_json::from_slice(body)?;
    Ok(answer.data.0)
}
