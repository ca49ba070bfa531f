//! What is made of each shape that a value can have.
//! It must not fail because a shape is another one than was thought.

use super::{Entries, Entry, MOST, number, text};
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use stationmaster_engine::text;
use std::fmt;
use std::marker::PhantomData;

/// So many bytes of a text are kept: no word is as long, and of a sentence nobody is told more.
const LONGEST: usize = 1024;

/// What is made of each shape.
pub(super) trait Shapes: Sized {
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
    fn flag(_: bool) -> Self {
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

impl Shapes for Option<bool> {
    fn nothing() -> Self {
        None
    }
    fn text(text: String) -> Self {
        text.trim().parse().ok()
    }
    fn flag(flag: bool) -> Self {
        Some(flag)
    }
}

/// One number of a list.
struct Number(Option<i64>);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        number(deserializer).map(Number)
    }
}

impl Shapes for Vec<i64> {
    fn nothing() -> Self {
        Vec::new()
    }
    fn seq<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<Self, A::Error> {
        let mut numbers = Vec::new();
        while let Some(Number(number)) = seq.next_element()? {
            if numbers.len() < MOST {
                numbers.extend(number);
            }
        }
        Ok(numbers)
    }
}

/// What has a name, or is one.
#[derive(Default, Deserialize)]
pub(super) struct Name {
    #[serde(default, deserialize_with = "text")]
    pub(super) name: Option<String>,
}

impl Shapes for Name {
    fn nothing() -> Self {
        Name::default()
    }
    fn text(text: String) -> Self {
        Name { name: Some(text) }
    }
    fn number(number: i64) -> Self {
        Name::text(number.to_string())
    }
    fn map<'de, A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        Name::deserialize(MapAccessDeserializer::new(map))
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

pub(super) struct Lenient<S>(pub(super) PhantomData<S>);

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
    fn visit_bool<E: Error>(self, flag: bool) -> Result<S, E> {
        Ok(S::flag(flag))
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
