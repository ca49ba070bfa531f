//! Fields that come in more than one shape.
//! It must not fail: what cannot be read is absent, and absence is never permission. Nor may it build what it does not keep: a hostile answer
//! of one megabyte must not become a hundred.

mod shapes;
#[cfg(test)]
mod tests;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use shapes::{Lenient, Name};
use std::marker::PhantomData;

/// So many entries of a list inside an answer are kept.
const MOST: usize = 2000;

/// Text; a number is taken for its digits.
///
/// # Errors
/// Where the document breaks off.
pub fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    deserializer.deserialize_any(Lenient::<Option<String>>(PhantomData))
}

/// A whole number; digits in quotes are taken for it.
///
/// # Errors
/// Where the document breaks off.
pub fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    deserializer.deserialize_any(Lenient::<Option<i64>>(PhantomData))
}

/// Yes or no; the words `true` and `false` are taken for it.
///
/// # Errors
/// Where the document breaks off.
pub fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    deserializer.deserialize_any(Lenient::<Option<bool>>(PhantomData))
}

/// A list; null and anything else is empty, and entries that are no objects are left out.
///
/// # Errors
/// Where the document breaks off.
pub fn list<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(match Entries::deserialize(deserializer)? {
        Entries::Listed { entries, .. } => entries.into_iter().flatten().collect(),
        Entries::Missing | Entries::Null => Vec::new(),
    })
}

/// Whole numbers; null and anything else is none, and entries that are no numbers are left out.
///
/// # Errors
/// Where the document breaks off.
pub fn numbers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<i64>, D::Error> {
    deserializer.deserialize_any(Lenient::<Vec<i64>>(PhantomData))
}

/// Text, or the `name` of an object that stands in its place.
///
/// # Errors
/// Where the document breaks off.
pub fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(deserializer.deserialize_any(Lenient::<Name>(PhantomData))?.name)
}

/// An object that nothing depends on; null and anything else is the empty one.
///
/// # Errors
/// Where the document breaks off.
pub fn whole<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(deserializer: D) -> Result<T, D::Error> {
    Ok(Entry::deserialize(deserializer)?.0.unwrap_or_default())
}

/// A list that something depends on: one that is not there is no empty one.
#[derive(Debug, Default)]
pub enum Entries<T> {
    /// There is none, or something else in its place.
    #[default]
    Missing,
    /// `null`: how some services write an empty list.
    Null,
    /// The entries; none where one is no object.
    Listed {
        /// In their order.
        entries: Vec<Option<T>>,
        /// There were more than any page may hold; they are left out.
        more: bool,
    },
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Lenient::<Entries<T>>(PhantomData))
    }
}

/// One entry: an object, or none.
struct Entry<T>(Option<T>);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Entry<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Lenient::<Entry<T>>(PhantomData))
    }
}
