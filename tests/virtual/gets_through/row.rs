//! A row of the matrix: what it is called, what goes wrong in it, and the scene that plays it.
//! It must not judge: the play does.

use super::ground::{Ground, RulesOf, Setting};
use super::play::Play;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

type Playing<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;
type Scene = Box<dyn for<'a> Fn(&'a mut Play) -> Playing<'a> + Send + Sync>;

/// One row.
pub struct Row {
    /// Its name: what it is about, a stroke, and what differs from its neighbours.
    pub name: String,
    /// What goes wrong, for people.
    pub says: String,
    /// What it is played on.
    pub setting: Setting,
    scene: Scene,
}

/// A row on the usual ground.
pub fn row(
    name: impl Into<String>,
    says: impl Into<String>,
    scene: impl AsyncFn(&mut Play) + Send + Sync + 'static,
) -> Row {
    let scene = Arc::new(scene);
    Row {
        name: name.into(),
        says: says.into(),
        setting: Setting::default(),
        scene: Box::new(move |play| {
            let scene = Arc::clone(&scene);
            Box::pin(async move { scene(play).await })
        }),
    }
}

/// What came of a row.
pub struct Played {
    /// What must not be.
    pub found: Vec<String>,
    /// How many seconds after the call would have been accepted it was made; none where it must not be made.
    pub took: Option<u64>,
}

impl Row {
    /// The same row on another ground.
    #[must_use]
    pub fn on(mut self, change: impl FnOnce(&mut Setting)) -> Row {
        change(&mut self.setting);
        self
    }

    /// Plays it by these rules.
    pub fn play(&self, rules: RulesOf) -> Played {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut play = Play::on(Ground::lay(self.setting, rules));
            if play.begins().await {
                (self.scene)(&mut play).await;
            }
            play.ends()
        })
    }
}
