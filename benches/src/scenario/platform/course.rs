//! The course of a run: arriving, warming up, being measured, draining.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::super::{DRAIN, Meter};

/// Where a run is on its course.
pub(super) struct Course {
    pid: u32,
    warm_up: Duration,
    measure: Duration,
    stage: Stage,
}

enum Stage {
    Arriving,
    Warming(Instant),
    Measuring(Meter, Instant),
    Draining(Instant),
}

/// What is to be done now.
pub(super) enum Step {
    /// The stage goes on until then.
    On(Instant),
    /// The measurement has just begun, and lasts until then.
    Measure(Instant),
    /// The measurement has just ended; nothing more is sent.
    Report(Meter),
    /// What is still missing is lost.
    Over,
}

impl Course {
    pub(super) fn new(pid: u32, warm_up: Duration, measure: Duration) -> Self {
        Self {
            pid,
            warm_up,
            measure,
            stage: Stage::Arriving,
        }
    }

    /// Whether not everybody is there yet.
    pub(super) fn is_arriving(&self) -> bool {
        matches!(self.stage, Stage::Arriving)
    }

    /// Whether posts are sent.
    pub(super) fn is_sending(&self) -> bool {
        matches!(self.stage, Stage::Warming(_) | Stage::Measuring(..))
    }

    /// Whether only what is under way is waited for.
    pub(super) fn is_draining(&self) -> bool {
        matches!(self.stage, Stage::Draining(_))
    }

    /// Whether what began at `at` belongs to the measurement.
    pub(super) fn measures(&self, at: Instant) -> bool {
        matches!(&self.stage, Stage::Measuring(meter, _) if at >= meter.began)
    }

    /// Begins to warm up: everybody is there.
    pub(super) fn begin(&mut self, now: Instant) {
        self.stage = Stage::Warming(now + self.warm_up);
    }

    /// Goes on to the next stage when this one is over.
    pub(super) fn step(&mut self, now: Instant) -> Result<Step> {
        Ok(match &self.stage {
            Stage::Arriving => Step::On(now + Duration::from_secs(1)),
            &(Stage::Warming(until) | Stage::Measuring(_, until) | Stage::Draining(until))
                if now < until =>
            {
                Step::On(until)
            }
            Stage::Warming(_) => {
                let until = now + self.measure;
                self.stage = Stage::Measuring(Meter::start(self.pid)?, until);
                Step::Measure(until)
            }
            Stage::Measuring(..) => {
                let draining = Stage::Draining(now + DRAIN);
                match std::mem::replace(&mut self.stage, draining) {
                    Stage::Measuring(meter, _) => Step::Report(meter),
                    _ => Step::Over,
                }
            }
            Stage::Draining(_) => Step::Over,
        })
    }
}
