//! Many at once: neighbours that hang, and groups that are all lost in the same second.
//! It must not be kinder to one group than to another.

use crate::gets_through::furnish::{CONNECTION, group};
use crate::gets_through::how::{How, Reading};
use crate::gets_through::play::Play;
use crate::gets_through::row::{Row, row};
use crate::stage::NAMESPACE;
use serde_json::json;
use std::collections::BTreeMap;
use tokio::time::Instant;

/// How many are lost at once.
const MANY: usize = 200;
const ORDERS: u32 = 200;
/// One read and one call each at the default limit of 10 requests in a second, and a fifth more, in seconds.
const GOAL: u64 = 48;
/// How many neighbours hang.
const NEIGHBOURS: usize = 40;

pub(super) fn rows() -> Vec<Row> {
    vec![
        row(
            "next door/40 connections hang",
            "in the same namespace, each with a group and an order of its own",
            tarpits,
        ),
        row(
            "next door/40 objects hang",
            "of the same connection, each with an order of its own",
            hanging_objects,
        )
        .on(|setting| setting.groups = 1 + NEIGHBOURS),
        row(
            "200 at once/10 requests in a second",
            "on one connection; each has made its call within 48 s",
            at_once,
        )
        .on(|setting| setting.groups = MANY),
    ]
}

async fn tarpits(play: &mut Play) {
    for number in 1..=NEIGHBOURS {
        let connection = format!("tarpit-{number}");
        for reading in [Reading::Connect, Reading::Identity, Reading::List, Reading::Observe] {
            play.ground.trouble.reads(&connection, reading, How::Hangs);
        }
        play.ground.make_connection(NAMESPACE, &connection);
        let (name, object) = group(number);
        play.ground.make_group(NAMESPACE, &connection, &name, &object);
    }
    play.seconds(60).await;
    for number in 1..=NEIGHBOURS {
        let (name, _) = group(number);
        play.file_for(
            &name,
            &format!("another-{number}"),
            &json!({"priorityToken": "t0ke-n000"}),
        );
    }
    play.seconds(5).await;
    play.file();
    play.gets_through().await;
}

async fn hanging_objects(play: &mut Play) {
    for number in 1..=NEIGHBOURS {
        play.ground.trouble.hangs(&group(number).1);
    }
    for number in 1..=NEIGHBOURS {
        let (name, _) = group(number);
        play.file_for(&name, &format!("another-{number}"), &json!({}));
    }
    play.seconds(20).await;
    play.file();
    play.gets_through().await;
}

/// The orders that wait in line, and what they are told.
fn in_line(play: &Play) -> BTreeMap<String, String> {
    let names = (0..MANY).map(|number| format!("order-{number}"));
    let told = names.map(|name| (play.shows(&name).message.unwrap_or_default(), name));
    let lined = told.filter(|(message, _)| message.contains("forced failovers that wait for ProtectionProvider"));
    lined.map(|(message, name)| (name, message)).collect()
}

async fn at_once(play: &mut Play) {
    play.seconds(5).await;
    play.ground.trouble.limits.set(CONNECTION, 10);
    play.ground.trouble.counted();
    let began = Instant::now();
    for number in 0..MANY {
        play.file_for(&group(number).0, &format!("order-{number}"), &json!({}));
    }
    play.seconds(3).await;
    let first = in_line(play);
    if first.len() < MANY / 2 {
        play.says(format!("only {} of {MANY} are told where they stand", first.len()));
    }
    play.seconds(20).await;
    let later = in_line(play);
    let stays = later.iter().find(|(name, told)| first.get(*name) == Some(*told));
    if let Some((name, told)) = stays {
        play.says(format!("{name} is told the same for 20 s: {told}"));
    }
    if later.len() < MANY / 4 {
        play.says(format!("after 23 s only {} are told where they stand", later.len()));
    }
    println!("200 at once: {:?}", later.iter().next_back());
    let made = |play: &Play| play.ground.journal().len() == MANY;
    if !play.until(1200, made).await {
        let made = play.ground.journal().len();
        play.says(format!("{made} of {MANY} were called within 1200 s"));
    }
    let took = began.elapsed().as_secs();
    let counted = play.ground.trouble.counted();
    println!("200 at once: each was called within {took} s; {MANY} calls, and reads until then: {counted:?}");
    if took > GOAL {
        play.says(format!("it took {took} s, the goal is {GOAL} s"));
    }
    let sum = |urgent: bool| {
        counted
            .iter()
            .filter(|((haste, _), _)| (*haste == "urgent") == urgent)
            .map(|(_, n)| n)
            .sum()
    };
    let (urgent, routine): (u32, u32) = (sum(true), sum(false));
    // The last few do not wait with many others: each of them is read twice.
    if urgent > ORDERS + 16 {
        play.says(format!("{urgent} urgent reads for {ORDERS} orders"));
    }
    if !(ORDERS / 10..=ORDERS / 4).contains(&routine) {
        play.says(format!(
            "{routine} other reads beside {urgent} urgent ones: one in six is theirs"
        ));
    }
    play.counts_all(took, MANY);
}
