//! Each shape, and what is made of it.
//! They must not know a field of a provider.

use super::*;

#[derive(Debug, Default, Deserialize, PartialEq)]
struct All {
    #[serde(default, deserialize_with = "text")]
    text: Option<String>,
    #[serde(default, deserialize_with = "number")]
    number: Option<i64>,
    #[serde(default, deserialize_with = "flag")]
    flag: Option<bool>,
    #[serde(default, deserialize_with = "numbers")]
    numbers: Vec<i64>,
    #[serde(default, deserialize_with = "name")]
    name: Option<String>,
}

fn all(text: &str) -> All {
    serde_json::from_str(text).unwrap()
}

#[test]
fn each_shape_is_read_as_what_it_stands_for() {
    let wanted = All {
        text: Some("7".to_owned()),
        number: Some(8),
        flag: Some(true),
        numbers: vec![1, 2],
        name: Some("admin".to_owned()),
    };
    let plain = r#"{"text":"7","number":8,"flag":true,"numbers":[1,2],"name":"admin"}"#;
    assert_eq!(all(plain), wanted);
    let other = r#"{"text":7,"number":"8","flag":"true","numbers":["1",null,{},2],"name":{"id":3,"name":"admin"}}"#;
    assert_eq!(all(other), wanted);
}

#[test]
fn what_cannot_be_read_is_absent() {
    for text in [
        "{}",
        r#"{"text":null,"number":null,"flag":null,"numbers":null,"name":null}"#,
        r#"{"text":[],"number":{},"flag":7,"numbers":"x","name":[{"name":"x"}]}"#,
        r#"{"text":true,"number":"x","flag":"yes","numbers":{"a":1},"name":{"id":3}}"#,
    ] {
        assert_eq!(all(text), All::default(), "{text}");
    }
}

#[test]
fn a_million_numbers_are_not_kept() {
    let text = format!(r#"{{"numbers":[{}0]}}"#, "1,".repeat(1_000_000));
    assert_eq!(all(&text).numbers.len(), MOST);
}
