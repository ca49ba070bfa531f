//! How much of the sweep is run: a quick selection, or all of it.
//! It must not change what is demanded of a point.

use std::sync::OnceLock;

static WHOLE: OnceLock<bool> = OnceLock::new();

/// Takes `--all` out of the arguments: all points are swept instead of a selection.
pub fn read(arguments: impl IntoIterator<Item = String>) -> Vec<String> {
    let (all, others): (Vec<_>, Vec<_>) = arguments.into_iter().partition(|argument| argument == "--all");
    // Asked once, before anything is played.
    let _ = WHOLE.set(!all.is_empty());
    others
}

/// Whether all points are swept.
pub fn is_whole() -> bool {
    WHOLE.get().copied().unwrap_or_default()
}
