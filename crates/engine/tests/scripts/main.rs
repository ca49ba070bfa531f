//! Scripts that prove the core: every rule of how an intent is read, every operation, every mishap, every moment to die.
//! They must not know more of the engine than the shell does.

mod absence;
mod attempts;
mod available;
mod between;
mod bounds;
mod crashes;
mod decisions;
mod declared;
mod delivered;
mod doubt;
mod forced;
mod found;
mod held;
mod identity;
mod intents;
mod jobs;
mod late;
mod operations;
mod outcomes;
mod page;
mod properties;
mod pursued;
mod repeats;
mod requests;
mod said;
mod served;
mod stage;
mod suspend;
mod told;
mod transcript;
mod unmade;
mod unread;
mod wakes;
mod watched;
