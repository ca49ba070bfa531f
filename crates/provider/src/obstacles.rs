//! The table of a provider's own words for what stands in the way of an operation.
//! It must not hold a word: each provider crate has a table of its own.

/// Declares a provider's obstacles once: a constant `Reason` for each, and `OBSTACLES` with all of them, in the order of `docs/reference/reasons.md`.
#[macro_export]
macro_rules! obstacles {
    ($($name:ident $word:literal: $meaning:literal => $todo:literal;)*) => {
        $(pub(crate) const $name: $crate::engine::Reason = $crate::engine::Reason::Other($word);)*

        /// What only this provider knows to stand in the way of an operation, in the order of `docs/reference/reasons.md`.
        pub const OBSTACLES: &[$crate::engine::Obstacle] = &[$($crate::engine::Obstacle {
            word: $word,
            meaning: $meaning,
            todo: $todo,
        },)*];
    };
}
