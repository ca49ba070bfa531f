//! Virtual time: real time, scaled and shifted.
//! It must not be asked for the time in the middle of a change; the world fixes one instant for each.

use jiff::{SignedDuration, Timestamp};

/// A clock that can be sped up, stopped and moved forward, never back.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    virtual_base: Timestamp,
    real_base: Timestamp,
    speed: f64,
}

impl Clock {
    pub(crate) fn new(start: Timestamp, real: Timestamp, speed: f64) -> Self {
        Self {
            virtual_base: start,
            real_base: real,
            speed,
        }
    }

    /// Virtual time at a real instant.
    pub(crate) fn at(&self, real: Timestamp) -> Timestamp {
        let elapsed = real.duration_since(self.real_base).as_secs_f64().max(0.0);
        later(self.virtual_base, elapsed * self.speed)
    }

    pub(crate) fn speed(&self) -> f64 {
        self.speed
    }

    /// Changes the speed from now on.
    pub(crate) fn set_speed(&mut self, speed: f64, real: Timestamp) {
        self.virtual_base = self.at(real);
        self.real_base = real;
        self.speed = speed;
    }

    /// Moves virtual time forward.
    pub(crate) fn advance(&mut self, seconds: f64, real: Timestamp) {
        self.virtual_base = later(self.at(real), seconds);
        self.real_base = real;
    }
}

/// `from` plus a number of seconds; stays within what a timestamp can hold.
pub(crate) fn later(from: Timestamp, seconds: f64) -> Timestamp {
    let nanos = (seconds.max(0.0) * 1e9).min(9e18) as i64;
    from.checked_add(SignedDuration::from_nanos(nanos))
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    #[test]
    fn speed_scales_and_a_change_of_speed_does_not_jump() {
        let mut clock = Clock::new(t(1000), t(0), 10.0);
        assert_eq!(clock.at(t(5)), t(1050));
        clock.set_speed(0.0, t(5));
        assert_eq!(clock.at(t(500)), t(1050));
        clock.advance(7.0, t(500));
        assert_eq!(clock.at(t(900)), t(1057));
    }

    #[test]
    fn time_never_runs_back_and_never_overflows() {
        let mut clock = Clock::new(t(1000), t(10), 1.0);
        assert_eq!(clock.at(t(0)), t(1000));
        clock.advance(1e300, t(10));
        clock.advance(1e300, t(10));
        assert!(clock.at(t(10)) > t(1000));
    }
}
