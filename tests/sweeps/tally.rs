//! How many points were looked at and what was wrong at them: the one line that a sweep ends with.
//! It must not count a point that was not judged.

use futures::FutureExt;
use libtest_mimic::Trial;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

thread_local! {
    /// Violations in the story that this thread tells.
    static HERE: Cell<usize> = const { Cell::new(0) };
}

/// A story that fails when one of its points is wrong. One that breaks off has not shown what it should show, which is as bad.
pub fn story<F>(name: &str, tell: impl FnOnce() -> F + Send + 'static) -> Trial
where
    F: Future<Output = ()>,
{
    let told = name.to_owned();
    crate::stage::story(name, move || async move {
        HERE.set(0);
        if let Err(panic) = AssertUnwindSafe(tell()).catch_unwind().await {
            TALLY.broken(&told);
            resume_unwind(panic);
        }
        let wrong = HERE.get();
        assert_eq!(wrong, 0, "{wrong} violations");
    })
}

/// The stories of a module, each under its own name.
macro_rules! stories {
    ($($name:ident),* $(,)?) => {
        /// The stories of this module.
        pub fn stories() -> Vec<libtest_mimic::Trial> {
            let module = module_path!().split_once("::").map_or("", |(_, module)| module);
            vec![$(crate::tally::story(&format!("{module}::{}", stringify!($name)), $name)),*]
        }
    };
}
pub(crate) use stories;

/// Points and violations of this run.
#[derive(Debug, Default)]
pub struct Tally {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    points: usize,
    unreached: usize,
    violations: Vec<String>,
}

/// The tally of this process.
pub static TALLY: Tally = Tally {
    inner: Mutex::new(Inner {
        points: 0,
        unreached: 0,
        violations: Vec::new(),
    }),
};

/// Counts one point that was judged, and says at once what was wrong at it.
pub fn judged(name: &str, violations: &[String]) {
    for violation in violations {
        eprintln!("VIOLATION at {name}: {violation}");
    }
    HERE.set(HERE.get() + violations.len());
    TALLY.point(name, violations);
}

/// Says that a point of the reference run did not come again in its own run. It is no point; too many of them are a violation.
pub fn unreached(name: &str) {
    eprintln!("{name}: was not reached");
    TALLY.hold().unreached += 1;
}

impl Tally {
    fn hold(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many points of reference runs did not come again.
    pub fn unreached(&self) -> usize {
        self.hold().unreached
    }

    fn point(&self, name: &str, violations: &[String]) {
        let mut inner = self.hold();
        inner.points += 1;
        for violation in violations {
            inner.violations.push(format!("{name}: {violation}"));
        }
    }

    /// A story that broke off has not shown what it should show.
    fn broken(&self, name: &str) {
        let mut inner = self.hold();
        inner.violations.push(format!("{name}: broke off"));
    }

    /// The line, and whether all is well. A sweep without a point has shown nothing.
    pub fn line(&self) -> (String, bool) {
        let inner = self.hold();
        let line = format!("{} points, {} violations", inner.points, inner.violations.len());
        (line, inner.points > 0 && inner.violations.is_empty())
    }
}

/// Tallies count, and one without points is not well.
pub async fn counts() {
    let tally = Tally::default();
    assert_eq!(tally.line(), ("0 points, 0 violations".into(), false));
    tally.point("a/1", &[]);
    assert_eq!(tally.line(), ("1 points, 0 violations".into(), true));
    tally.point("a/2", &["wrong".into(), "also wrong".into()]);
    tally.broken("b");
    assert_eq!(tally.line(), ("2 points, 3 violations".into(), false));
}
