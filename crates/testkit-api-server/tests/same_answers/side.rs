//! One server that is asked: fills the places of a step, and makes its answers comparable.
//! It must not judge an answer.

use std::collections::HashMap;
use std::time::Duration;

use http_body_util::BodyExt;
use kube::client::Body;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::events::{Stream, Told, is_last};
use super::step::Step;

pub struct Side {
    client: kube::Client,
    namespace: String,
    /// How long a watch may take to show the last object.
    patience: Duration,
    /// Versions and uids in the order in which they were first seen: the number of one is the same on every server.
    versions: Vec<String>,
    uids: Vec<String>,
    made: Vec<String>,
    /// What each object had, by kind and name, the last first.
    had: HashMap<String, Vec<(String, String)>>,
    list: String,
    next: String,
    watches: Vec<Stream>,
}

impl Side {
    pub fn new(client: kube::Client, namespace: &str, patience: Duration) -> Self {
        Self {
            client,
            namespace: namespace.to_owned(),
            patience,
            versions: Vec::new(),
            uids: Vec::new(),
            made: Vec::new(),
            had: HashMap::new(),
            list: "0".into(),
            next: "none".into(),
            watches: Vec::new(),
        }
    }

    fn fill(&self, text: &str) -> String {
        let mut parts = text.split('@');
        let mut filled = parts.next().unwrap_or_default().to_owned();
        while let (Some(place), rest) = (parts.next(), parts.next().unwrap_or_default()) {
            filled += &self.place(place);
            filled += rest;
        }
        filled
    }

    /// The version that an object has now.
    pub fn version(&self, object: &str) -> u64 {
        self.had[object][0].0.parse().unwrap()
    }

    fn place(&self, place: &str) -> String {
        let of = |rest: &str| {
            let (object, back) = rest.split_once(':').unwrap();
            self.had
                .get(object)
                .and_then(|had| had.get(back.parse::<usize>().unwrap()))
                .cloned()
        };
        match place.split_once(':') {
            Some(("rv", rest)) => of(rest).map_or("1".into(), |had| had.0),
            // A watch from the first revision is too old for the real server.
            Some(("since", rest)) => of(rest).map_or(self.list.clone(), |had| had.0),
            Some(("uid", rest)) => of(rest).map_or("00000000-0000-4000-8000-000000000000".into(), |had| had.1),
            None if place == "ns" => self.namespace.clone(),
            None if place == "list" => self.list.clone(),
            None if place == "continue" => self.next.clone(),
            _ => panic!("no such place: {place}"),
        }
    }

    /// Asks, and gives the answer as it can be compared.
    pub async fn ask(&mut self, step: &Step) -> Value {
        let request = http::Request::builder()
            .method(step.method)
            .uri(self.fill(&step.path))
            .header("content-type", step.form)
            .body(Body::from(self.fill(&step.body).into_bytes()))
            .unwrap();
        let response = self.client.send(request).await.unwrap();
        let code = response.status().as_u16();
        if step.watch && code == 200 {
            self.watches.push(Stream::follow(response.into_body()));
            return json!({ "code": code, "watch": self.watches.len() });
        }
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let mut body = serde_json::from_slice(&bytes).unwrap_or_else(|_| json!({ "text": true }));
        self.compare(&mut body);
        json!({ "code": code, "body": body })
    }

    /// What the watches were sent, up to the last object.
    pub async fn watched(&mut self) -> Vec<Value> {
        let started = Instant::now();
        let mut all = Vec::new();
        for stream in std::mem::take(&mut self.watches) {
            let lines = stream.read(started + self.patience).await;
            let mut told = Told::default();
            for event in lines.events.into_iter().take_while(|event| !is_last(event)) {
                if let Some(event) = told.take(event) {
                    told.events.push(self.comparable(event));
                }
            }
            all.push(told.whole(lines.ended));
        }
        all
    }

    fn comparable(&mut self, mut event: Value) -> Value {
        let object = &mut event["object"];
        let kind = object["kind"].as_str().unwrap_or_default().to_owned();
        if kind == "Status" {
            self.compare_status(object);
        } else if event["type"] != "BOOKMARK" {
            self.compare_object(&mut event["object"], &kind);
        }
        event
    }

    /// Which versions are older than which: their numbers, in order of age.
    pub fn order(&self) -> Value {
        let age = |number: &usize| self.versions[*number].parse::<u64>().unwrap_or_default();
        let mut numbers: Vec<usize> = (0..self.versions.len()).collect();
        numbers.sort_by_key(age);
        json!(numbers)
    }

    fn compare(&mut self, body: &mut Value) {
        let kind = body["kind"].as_str().unwrap_or_default().to_owned();
        match kind.as_str() {
            "Status" => self.compare_status(body),
            kind if kind.ends_with("List") => {
                let metadata = body["metadata"].as_object_mut().unwrap();
                self.list = metadata.remove("resourceVersion").unwrap().as_str().unwrap().to_owned();
                if let Some(next) = metadata.get_mut("continue") {
                    self.next = next.as_str().unwrap().to_owned();
                    *next = if self.next.is_empty() { "none" } else { "some" }.into();
                }
                body["items"]
                    .as_array_mut()
                    .unwrap()
                    .iter_mut()
                    .for_each(|item| self.compare_object(item, kind.trim_end_matches("List")));
            }
            kind => self.compare_object(body, kind),
        }
    }

    fn compare_status(&mut self, status: &mut Value) {
        let map = status.as_object_mut().unwrap();
        map.remove("message");
        if let Some(uid) = map.get_mut("details").and_then(|details| details.get_mut("uid")) {
            *uid = number(&mut self.uids, uid.as_str().unwrap()).into();
        }
        if let Some(next) = map
            .get_mut("metadata")
            .and_then(|metadata| metadata.get_mut("continue"))
        {
            self.next = next.as_str().unwrap().to_owned();
            *next = "some".into();
        }
        if let Some(causes) = map.get_mut("details").and_then(|details| details.get_mut("causes")) {
            // Named differences: causes without a field say that CEL rules were not tried; some causes are told twice.
            let causes_with_field = causes
                .as_array()
                .unwrap()
                .iter()
                .filter(|cause| cause["field"] != "<nil>");
            let mut short: Vec<String> = causes_with_field
                .map(|c| format!("{} {}", c["field"], c["reason"]))
                .collect();
            short.sort();
            short.dedup();
            *causes = json!(short);
        }
    }

    fn compare_object(&mut self, object: &mut Value, kind: &str) {
        let kind = format!("{}s", kind.to_lowercase());
        let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) else {
            return;
        };
        metadata.remove("managedFields");
        for time in ["creationTimestamp", "deletionTimestamp"] {
            if metadata.contains_key(time) {
                metadata.insert(time.into(), "some time".into());
            }
        }
        let text = |name: &str| {
            metadata
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let (name, version, uid) = (text("name"), text("resourceVersion"), text("uid"));
        let had = self.had.entry(format!("{kind}/{name}")).or_default();
        if !version.is_empty() && !had.iter().any(|(known, _)| *known == version) {
            had.insert(0, (version.clone(), uid.clone()));
        }
        if metadata.contains_key("generateName") {
            metadata.insert("name".into(), number(&mut self.made, &name).into());
        }
        // What was only tried has none.
        for (field, known, text) in [
            ("resourceVersion", &mut self.versions, &version),
            ("uid", &mut self.uids, &uid),
        ] {
            if !text.is_empty() {
                metadata.insert(field.into(), number(known, text).into());
            }
        }
    }
}

fn number(known: &mut Vec<String>, text: &str) -> usize {
    known.iter().position(|other| other == text).unwrap_or_else(|| {
        known.push(text.to_owned());
        known.len() - 1
    })
}
