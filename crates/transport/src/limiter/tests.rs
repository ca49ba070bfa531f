//! The limits as reads meet them, in virtual time.
//! They must not depend on how fast the machine is.

use super::*;
use std::sync::Arc;

async fn pass(limiter: &Limiter) -> Duration {
    let began = Instant::now();
    drop(limiter.admit(false).await.unwrap());
    began.elapsed()
}

#[tokio::test(start_paused = true)]
async fn a_second_s_worth_goes_at_once_and_then_at_the_rate() {
    let limiter = Limiter::new(4, 8, Duration::from_secs(60));
    let began = Instant::now();
    for _ in 0..4 {
        assert_eq!(pass(&limiter).await, Duration::ZERO);
    }
    for _ in 0..8 {
        pass(&limiter).await;
    }
    let took = began.elapsed();
    assert!(
        took >= Duration::from_millis(2000) && took < Duration::from_millis(2100),
        "{took:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_mutating_request_counts_but_does_not_wait() {
    let limiter = Limiter::new(1, 8, Duration::from_secs(60));
    limiter.count();
    limiter.count();
    assert!(pass(&limiter).await >= Duration::from_millis(1900));
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_is_too_long_is_refused_and_takes_nothing() {
    let limiter = Limiter::new(1, 8, Duration::from_secs(2));
    limiter.pause(Duration::from_secs(10));
    assert!(limiter.admit(false).await.is_err());
    tokio::time::advance(Duration::from_secs(10)).await;
    assert_eq!(pass(&limiter).await, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn only_so_many_at_once() {
    let limiter = Limiter::new(100, 2, Duration::from_secs(2));
    let first = limiter.admit(false).await.unwrap();
    let _second = limiter.admit(false).await.unwrap();
    assert!(limiter.admit(false).await.is_err());
    drop(first);
    assert!(limiter.admit(false).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn an_urgent_read_goes_before_all_that_wait() {
    let limiter = Arc::new(Limiter::new(1, 64, Duration::from_secs(60)));
    pass(&limiter).await;
    let began = Instant::now();
    let routine: Vec<_> = (0..20)
        .map(|_| {
            tokio::spawn({
                let limiter = limiter.clone();
                async move { limiter.admit(false).await.is_ok() }
            })
        })
        .collect();
    tokio::time::advance(Duration::from_millis(10)).await;
    tokio::task::yield_now().await;
    for nth in 1..=3u64 {
        drop(limiter.admit(true).await.unwrap());
        assert!(
            began.elapsed() <= Duration::from_secs(nth) + Duration::from_millis(100),
            "{nth}: {:?}",
            began.elapsed()
        );
    }
    for routine in routine {
        assert!(routine.await.unwrap());
    }
    assert!(
        began.elapsed() >= Duration::from_secs(23),
        "the rate holds for all: {:?}",
        began.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn an_urgent_read_has_a_place_where_all_places_are_taken() {
    let limiter = Limiter::new(100, 2, Duration::from_secs(2));
    let _all = (limiter.admit(false).await.unwrap(), limiter.admit(false).await.unwrap());
    assert!(limiter.admit(true).await.is_ok());
    assert!(limiter.admit(false).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_pause_keeps_an_urgent_read_for_a_few_seconds_only() {
    let limiter = Limiter::new(10, 8, Duration::from_secs(60));
    limiter.pause(Duration::from_secs(30));
    let began = Instant::now();
    drop(limiter.admit(true).await.unwrap());
    assert_eq!(began.elapsed().as_secs(), 5);
    pass(&limiter).await;
    assert_eq!(began.elapsed().as_secs(), 30);
}

#[tokio::test(start_paused = true)]
async fn a_routine_read_goes_after_every_few_urgent_ones_and_the_rate_holds() {
    let limiter = Arc::new(Limiter::new(10, 64, Duration::from_secs(60)));
    let began = Instant::now();
    let reads = |urgent: bool, count: usize| {
        let spawn = |_| {
            let limiter = Arc::clone(&limiter);
            tokio::spawn(async move { limiter.admit(urgent).await.map(drop) })
        };
        (0..count).map(spawn).collect::<Vec<_>>()
    };
    let (urgent, routine) = (reads(true, 60), reads(false, 60));
    for read in urgent {
        read.await.unwrap().unwrap();
    }
    let gone = routine.iter().filter(|read| read.is_finished()).count();
    assert!((9..=12).contains(&gone), "one of six: {gone}");
    let took = began.elapsed().as_secs_f64();
    assert!((5.9..=6.5).contains(&took), "{took} s for {} reads", 60 + gone);
    for read in routine {
        read.await.unwrap().unwrap();
    }
    let took = began.elapsed().as_secs_f64();
    assert!((10.9..=11.5).contains(&took), "{took} s for 120 reads");
}

#[tokio::test(start_paused = true)]
async fn no_routine_read_goes_in_a_pause_for_which_the_provider_has_asked() {
    let limiter = Arc::new(Limiter::new(10, 64, Duration::from_secs(60)));
    limiter.pause(Duration::from_secs(30));
    let began = Instant::now();
    let routine = tokio::spawn({
        let limiter = Arc::clone(&limiter);
        async move { limiter.admit(false).await.map(drop) }
    });
    while began.elapsed() < Duration::from_secs(29) {
        drop(limiter.admit(true).await.unwrap());
    }
    assert!(!routine.is_finished());
    routine.await.unwrap().unwrap();
    assert!(began.elapsed() >= Duration::from_secs(30));
}
