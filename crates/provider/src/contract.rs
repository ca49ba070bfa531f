//! The contract suite: numbered rules that each provider passes against its simulator.
//! It must not know how a provider works; it only asks through the trait.
