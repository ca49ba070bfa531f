//! Clocks that are wrong, or that somebody puts right.
//! It must not move any clock past the order's own end.

use crate::gets_through::ground::Setting;
use crate::gets_through::play::Play;
use crate::gets_through::row::{Row, row};

/// Ten minutes.
const FAR: i64 = 600;

pub(super) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for (word, seconds) in [("10 min before", FAR), ("10 min behind", -FAR)] {
        rows.push(row(format!("operator's clock/{word}"), "from the start", plain).on(of_the_operator(seconds)));
        rows.push(row(format!("provider's clock/{word}"), "from the start", plain).on(of_the_provider(seconds)));
        let put = async move |play: &mut Play| is_put(play, seconds).await;
        rows.push(row(
            format!("operator's clock/{word} at once"),
            "it is put so, 3 s after the order",
            put,
        ));
        let elected = async move |play: &mut Play| is_put(play, seconds).await;
        let says = "it is put so, 3 s after the order; two replicas stand for election";
        rows.push(
            row(format!("operator's clock/{word} at once, with election"), says, elected).on(|s| s.elects = true),
        );
    }
    rows
}

fn of_the_operator(seconds: i64) -> impl FnOnce(&mut Setting) {
    move |setting| setting.clocks[0] = seconds
}

fn of_the_provider(seconds: i64) -> impl FnOnce(&mut Setting) {
    move |setting| setting.clocks[1] = seconds
}

async fn plain(play: &mut Play) {
    play.seconds(5).await;
    play.file();
    play.gets_through().await;
}

/// The call waits for something, so that the clock is put while it waits.
async fn is_put(play: &mut Play, seconds: i64) {
    play.ground
        .trouble
        .sends(crate::gets_through::how::Sending::NeverLeaves, 4);
    play.file();
    play.seconds(3).await;
    play.ground.clock.set(seconds);
    play.gets_through().await;
}
