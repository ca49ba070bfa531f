//! Fields that come in more than one shape.
//! It must not fail: what cannot be read is absent, and absence is never permission. Nor may it build what it does not keep: a hostile answer
//! of one megabyte must not become a hundred.

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use stationmaster_engine::text;
use std::fmt;
use std::marker::PhantomData;

/// So many entries of a list inside an answer are kept.
const MOST: usize = 2000;

/// So many bytes of a text are kept: no word is as long, and of a sentence nobody is told more.
const LONGEST: usize = 1024;

/// Text; a number is taken for its digits.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    deserializer.deserialize_any(Lenient::<Option<String>>(PhantomData))
}

/// A whole number; digits in quotes are taken for it.
pub(super) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    deserializer.deserialize_any(Lenient::<Option<i64>>(PhantomData))
}

/// A list; null and anything else is empty, and entries that are no objects are left out.
pub(super) fn list<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(match Entries::deserialize(deserializer)? {
        Entries::Listed { entries, .. } => entries.into_iter().flatten().collect(),
        Entries::Missing | Entries::Null => Vec::new(),
    })
}

/// An object that nothing depends on; null and anything else is the empty one.
pub(super) fn whole<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(deserializer: D) -> Result<T, D::Error> {
    Ok(Entry::deserialize(deserializer)?.0.unwrap_or_default())
}

/// A list that something depends on: one that is not there is no empty one.
#[derive(Debug, Default)]
pub(crate) enum Entries<T> {
    /// There is none, or something else in its place.
    #[default]
    Missing,
    /// `null`: how some services write an empty list.
    Null,
    /// The entries; none where one is no object.
    Listed {
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

/// What is made of each shape.
trait Shapes: Sized {
    fn nothing() -> Self;
    fn null() -> Self {
        Self::nothing()
    }
    fn text(_: String) -> Self {
        Self::nothing()
    }
    fn number(_: i64) -> Self {
        Self::nothing()
    }
    fn fraction(_: f64) -> Self {
        Self::nothing()
    }
    fn seq<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<Self, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::nothing())
    }
    fn map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::nothing())
    }
}

impl Shapes for Option<String> {
    fn nothing() -> Self {
        None
    }
    fn text(text: String) -> Self {
        Some(text)
    }
    fn number(number: i64) -> Self {
        Some(number.to_string())
    }
    fn fraction(number: f64) -> Self {
        Some(number.to_string())
    }
}

impl Shapes for Option<i64> {
    fn nothing() -> Self {
        None
    }
    fn text(text: String) -> Self {
        text.trim().parse().ok()
    }
    fn number(number: i64) -> Self {
        Some(number)
    }
}

impl<T: DeserializeOwned> Shapes for Entry<T> {
    fn nothing() -> Self {
        Entry(None)
    }
    fn map<'de, A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|whole| Entry(Some(whole)))
    }
}

impl<T: DeserializeOwned> Shapes for Entries<T> {
    fn nothing() -> Self {
        Entries::Missing
    }
    fn null() -> Self {
        Entries::Null
    }
    fn seq<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<Self, A::Error> {
        let mut entries = Vec::new();
        while entries.len() < MOST {
            match seq.next_element::<Entry<T>>()? {
                Some(Entry(entry)) => entries.push(entry),
                None => return Ok(Entries::Listed { entries, more: false }),
            }
        }
        let mut more = false;
        while seq.next_element::<IgnoredAny>()?.is_some() {
            more = true;
        }
        Ok(Entries::Listed { entries, more })
    }
}

struct Lenient<S>(PhantomData<S>);

impl<'de, S: Shapes> Visitor<'de> for Lenient<S> {
    type Value = S;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }
    fn visit_unit<E: Error>(self) -> Result<S, E> {
        Ok(S::null())
    }
    fn visit_none<E: Error>(self) -> Result<S, E> {
        Ok(S::null())
    }
    fn visit_bool<E: Error>(self, _: bool) -> Result<S, E> {
        Ok(S::nothing())
    }
    fn visit_i64<E: Error>(self, number: i64) -> Result<S, E> {
        Ok(S::number(number))
    }
    fn visit_u64<E: Error>(self, number: u64) -> Result<S, E> {
        Ok(i64::try_from(number).map_or_else(|_| S::nothing(), S::number))
    }
    fn visit_f64<E: Error>(self, number: f64) -> Result<S, E> {
        Ok(S::fraction(number))
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<S, E> {
        Ok(S::text(text::start(LONGEST, text).to_owned()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<S, A::Error> {
        S::seq(seq)
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<S, A::Error> {
        S::map(map)
    }
}
