//! Answers that never come, and calls that come late.
//! It must not let a call be made twice because its answer was lost.

mod failover;
mod late;
mod others;

use crate::stage::stories;
use failover::*;
use late::*;
use others::*;

stories![
    a_failover_that_never_arrived_and_is_declared_executed_fails_at_the_look,
    a_failover_is_adopted_by_its_effect_and_a_reprotect_asks_first,
    a_failover_whose_answer_a_gateway_lost_is_adopted,
    a_failover_that_never_arrived_is_not_made_again_and_is_declared_not_executed,
    a_failover_that_never_arrived_is_given_up,
    a_failover_that_arrives_after_it_was_given_up_is_somebody_elses_move,
    an_enable_that_arrives_as_a_reprotect_is_not_taken_for_the_enable,
    a_reverse_is_adopted_by_its_effect,
    a_reverse_whose_answer_cannot_be_read_is_adopted,
    a_reverse_whose_answer_a_gateway_lost_is_adopted,
    a_reverse_that_takes_longer_than_the_request_may_is_adopted,
    an_enable_is_adopted_by_its_effect,
    a_disable_is_adopted_by_its_effect,
    a_reprotect_is_adopted_by_its_effect,
];
