use super::*;

#[test]
fn the_design_holds_and_those_that_are_known_to_be_wrong_are_found() {
    let lines = run(false);
    lines.iter().for_each(|line| println!("{line}"));
    for line in lines {
        assert!(line.is_good(), "{line}\n{}", line.steps());
    }
}

fn play(variant: &str, actions: &[Action]) {
    let variant = matrix::pairs().into_iter().find(|v| v.to_string() == variant).unwrap();
    let mut s = State::new(variant);
    operator::passes(&mut s, Design::AsItIs);
    let show = |s: &State| {
        let l = s.cluster.ledger.as_ref().unwrap();
        println!(
            "    {:?} wrong {:?}",
            l.operation.as_ref().map(|o| (
                o.name.clone(),
                o.steps
                    .iter()
                    .map(|s| (s.spec.name.clone(), s.state, s.reason, s.message.clone()))
                    .collect::<Vec<_>>()
            )),
            s.witness.wrong
        );
        println!(
            "    {:?}",
            l.verdicts.last().map(|v| (v.name.clone(), v.ending, v.reason))
        );
        println!("    {:?}", s.provider.object(state::OBJECT));
        println!("    {:?}", s.provider.journal().last());
    };
    for a in actions {
        println!("* {a}");
        act::happen(&mut s, *a, Design::AsItIs);
        show(&s);
    }
    println!("--- settling");
    if s.operator == state::Operator::Down {
        operator::start(&mut s);
    }
    for i in 0..18 {
        let before = s.cluster.clone();
        operator::passes(&mut s, Design::AsItIs);
        println!("{i}");
        show(&s);
        if before == s.cluster {
            break;
        }
        operator::wait(&mut s, 30);
    }
}

#[test]
fn dbg_cases() {
    use operator::Death;
    use stationmaster_engine::OperationType::*;
    println!("\nCASE A");
    play(
        "evidence.2calls.2endpoints.atonce.bounded.unversioned.unfound.directed.alone",
        &[
            Action::File(Failover),
            Action::LookAndDie(Death::Answered),
            Action::ConsoleFlip,
        ],
    );
    println!("\nCASE B");
    play(
        "revision.2calls.1endpoint.unnamed.unbounded.versioned.unfound.toggle.asks",
        &[
            Action::File(Failover),
            Action::Look,
            Action::Agree,
            Action::LookAndDie(Death::Recorded),
            Action::ConsoleFlip,
        ],
    );
    println!("\nCASE C");
    play(
        "person.2calls.1endpoint.dag.bounded.versioned.found.toggle.alone",
        &[
            Action::File(Failover),
            Action::LookAndDie(Death::Recorded),
            Action::Start,
            Action::ConsoleFlip,
            Action::Look,
        ],
    );
    println!("\nCASE D");
    play(
        "token.1call.1endpoint.unnamed.bounded.unversioned.unfound.directed.alone",
        &[
            Action::File(Reprotect),
            Action::File(Failover),
            Action::LookAndDie(Death::Acted),
            Action::ShortPause,
            Action::ConsoleFlip,
        ],
    );
}
