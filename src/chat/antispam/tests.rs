use proptest::prelude::*;

use super::*;

/// One sender and a clock.
struct Sender {
    state: AntispamState,
    settings: AntispamSettings,
    now: Duration,
}

impl Sender {
    fn new() -> Self {
        Self {
            state: AntispamState::default(),
            settings: AntispamSettings::default(),
            now: Duration::from_secs(1000),
        }
    }

    fn wait(&mut self, seconds: f64) -> &mut Self {
        self.now += Duration::from_secs_f64(seconds);
        self
    }

    fn send(&mut self, text: &str) -> Result<(), Refusal> {
        self.state.check(&self.settings, Some(text), self.now)
    }

    fn send_file(&mut self) -> Result<(), Refusal> {
        self.state.check(&self.settings, None, self.now)
    }

    #[track_caller]
    fn is_refused(&mut self, text: &str) -> Refusal {
        self.send(text).expect_err("a refusal")
    }
}

fn refusal(code: &'static str, message: &str, retry_after: Option<u64>) -> Refusal {
    Refusal {
        code,
        message: message.to_owned(),
        retry_after,
    }
}

const GAP: &str = "Please wait 0.7 seconds between messages.";

#[test]
fn a_calm_conversation_passes() {
    let mut sender = Sender::new();
    for text in [
        "Hello!",
        "How are you?",
        "yes",
        "yes",
        "yes",
        "See you tomorrow then",
    ] {
        assert_eq!(sender.wait(2.0).send(text), Ok(()));
    }
}

#[test]
fn messages_need_a_gap() {
    let mut sender = Sender::new();
    assert_eq!(sender.send("one"), Ok(()));
    assert_eq!(
        sender.wait(0.6).is_refused("two"),
        refusal("rate_limited", GAP, Some(1))
    );
    assert_eq!(
        sender.wait(0.1).send("two"),
        Ok(()),
        "the refused one did not count"
    );
}

#[test]
fn eight_messages_fit_into_ten_seconds() {
    let mut sender = Sender::new();
    for _ in 0..8 {
        assert_eq!(sender.send("ok"), Ok(()));
        sender.wait(1.0);
    }
    let text = "Too many messages in 10.0 seconds. Please slow down.";
    assert_eq!(
        sender.is_refused("ok"),
        refusal("rate_limited", text, Some(2))
    );
    assert_eq!(sender.wait(2.0).send("ok"), Ok(()));
}

#[test]
fn limits_are_enforced() {
    let mut sender = Sender::new();
    let text = "Message too long (1001 characters). Maximum allowed: 1000 characters.";
    assert_eq!(
        sender.is_refused(&"x".repeat(1001)),
        refusal("too_long", text, None)
    );
    let mut sender = Sender::new();
    sender.settings.limits.max_bytes = 10;
    assert_eq!(sender.is_refused("ääääää").code, "too_large");
}

#[test]
fn encoded_data_is_refused_and_long_prose_is_not() {
    let mut sender = Sender::new();
    sender.settings.limits = MessageLimits {
        max_length: 20_000,
        max_bytes: 80_000,
    };
    assert_eq!(
        sender.send(&"A sentence that goes on. ".repeat(600)),
        Ok(())
    );
    let mut seed = 1_u64;
    let noise: String = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        char::from(b'0' + u8::try_from((seed >> 33) % 70).expect("small"))
    })
    .take(8_000)
    .collect();
    let refused = sender.wait(1.0).is_refused(&noise);
    assert_eq!(
        (refused.code, refused.message.contains("file")),
        ("too_large", true)
    );
}

#[test]
fn duplicates_are_refused_for_a_minute() {
    let mut sender = Sender::new();
    assert_eq!(sender.send("Hello  everyone"), Ok(()));
    let refused = sender.wait(5.0).is_refused(" hello EVERYONE\n");
    assert_eq!(refused.code, "duplicate_message");
    assert!(refused.message.starts_with("Duplicate message detected"));
    assert_eq!(sender.wait(55.0).send("hello everyone"), Ok(()));
}

#[test]
fn near_duplicates_are_refused() {
    let mut sender = Sender::new();
    assert_eq!(sender.send("Buy my wonderful product today"), Ok(()));
    let refused = sender
        .wait(5.0)
        .is_refused("Buy my wonderful products today!");
    assert_eq!(refused.code, "duplicate_message");
    assert!(refused.message.starts_with("Very similar message detected"));
    assert_eq!(
        sender.wait(5.0).send("Buy your own product some other day"),
        Ok(())
    );
    assert_eq!(sender.wait(5.0).send("short text 1"), Ok(()));
    assert_eq!(
        sender.wait(5.0).send("short text 2"),
        Ok(()),
        "under twenty characters"
    );
}

#[test]
fn screen_filling_texts_are_refused() {
    let refused = |text: String| Sender::new().is_refused(&text);
    for text in [
        "<div>".repeat(10),
        "<IFRAME src=x>".repeat(10),
        "a<br/>".repeat(20),
        "a\n".repeat(50),
        format!("{}{}", "a".repeat(15), " ".repeat(40)),
    ] {
        assert_eq!(refused(text).code, "bad_params");
    }
    for text in [
        "<div>".repeat(9),
        "a<br>".repeat(19),
        "a\n".repeat(49),
        "a < b ".repeat(50),
        "a         ".repeat(5),
    ] {
        assert_eq!(Sender::new().send(&text), Ok(()), "{text:?}");
    }
}

#[test]
fn sanctions_climb_a_ladder() {
    let mut sender = Sender::new();
    assert_eq!(sender.send("one"), Ok(()));
    assert_eq!(
        sender.is_refused("two").retry_after,
        Some(1),
        "first: the refusal alone"
    );
    assert_eq!(
        sender.is_refused("two"),
        refusal("rate_limited", GAP, Some(10)),
        "second: slow mode"
    );
    let text = "Slow mode active. Please wait 8 seconds before sending another message.";
    assert_eq!(
        sender.wait(2.5).is_refused("two"),
        refusal("rate_limited", text, Some(8))
    );
    assert_eq!(
        sender.wait(7.5).send("two"),
        Ok(()),
        "waiting it out is no violation"
    );
    assert_eq!(
        sender.is_refused("three"),
        refusal("rate_limited", GAP, Some(300)),
        "third: blocked"
    );
    let text = "You are temporarily blocked. Time remaining: 299 seconds.";
    assert_eq!(
        sender.wait(1.0).is_refused("three"),
        refusal("blocked", text, Some(299))
    );
    assert_eq!(sender.wait(299.0).send("three"), Ok(()));
}

#[test]
fn a_quiet_time_forgets_one_violation() {
    let mut sender = Sender::new();
    assert_eq!(sender.send("one"), Ok(()));
    sender.is_refused("two");
    assert_eq!(sender.wait(301.0).send("two"), Ok(()));
    assert_eq!(
        sender.is_refused("three").retry_after,
        Some(1),
        "counts as the first again"
    );
    assert_eq!(
        sender.is_refused("three").retry_after,
        Some(10),
        "no time passed: the second"
    );
}

#[test]
fn files_without_text_meet_only_the_rate() {
    let mut sender = Sender::new();
    for _ in 0..8 {
        assert_eq!(sender.send_file(), Ok(()));
    }
    assert_eq!(
        sender.send_file().map_err(|refusal| refusal.code),
        Err("rate_limited")
    );
    assert_eq!(Sender::new().send("   "), Ok(()), "blank text is no text");
}

#[test]
fn what_was_not_stored_can_be_sent_again() {
    let mut sender = Sender::new();
    let text = "An important announcement";
    assert_eq!(sender.send(text), Ok(()));
    sender.state.forget_last(Some(text));
    assert_eq!(sender.send(text), Ok(()));
}

#[test]
fn idle_states_can_be_dropped() {
    let mut sender = Sender::new();
    let idle = |sender: &Sender| sender.state.is_idle(&sender.settings, sender.now);
    assert!(idle(&sender));
    assert_eq!(sender.send("A message that is remembered"), Ok(()));
    assert!(!idle(&sender));
    assert!(idle(sender.wait(61.0)));
    assert_eq!(sender.send("Another one"), Ok(()));
    sender.is_refused("too soon");
    assert!(!idle(sender.wait(61.0)), "a violation is kept in mind");
    assert!(idle(sender.wait(300.0)));
}

#[test]
fn settings_are_read_from_texts() {
    let read = AntispamSettings::read(|key| match key {
        "ANTISPAM_RATE_MAX" => Some("3"),
        "ANTISPAM_MIN_GAP" => Some("0"),
        "ANTISPAM_RATE_WINDOW" => Some("1e300"),
        "ANTISPAM_MAX_LENGTH" => Some("-5"),
        "ANTISPAM_SLOW_DURATION" => Some("NaN"),
        _ => None,
    });
    let expected = AntispamSettings {
        rate_max: 3,
        min_gap: Duration::ZERO,
        ..AntispamSettings::default()
    };
    assert_eq!(
        AntispamSettings {
            rate_window: expected.rate_window,
            ..read
        },
        expected
    );
    assert_eq!(
        AntispamSettings::read(|_| None),
        AntispamSettings::default()
    );
}

#[test]
fn memory_stays_bounded() {
    let mut sender = Sender::new();
    sender.settings.rate_max = usize::MAX;
    sender.settings.min_gap = Duration::ZERO;
    for number in 0..2000_u32 {
        sender.wait(0.001);
        let text: String =
            std::iter::repeat_n(char::from_u32(0x4e00 + number).expect("a character"), 500)
                .collect();
        let _ = sender.send(&text);
    }
    assert!(sender.state.accepted.len() <= REMEMBERED_TIMES);
    assert!(sender.state.digests.len() <= REMEMBERED_DIGESTS);
    assert!(sender.state.texts.len() <= REMEMBERED_TEXTS);
}

proptest! {
    #[test]
    fn the_short_cuts_never_change_the_verdict(one in "[a-d]{20,40}", edits in proptest::collection::vec((0..20_usize, "[a-e]"), 0..8)) {
        let mut other = one.clone();
        for (at, letter) in edits {
            other.replace_range(at..=at, &letter);
        }
        let expected = strsim::normalized_levenshtein(&one, &other) > 0.85;
        prop_assert_eq!(Folded::new(&one).resembles(&Folded::new(&other)), expected);
    }

    #[test]
    fn any_text_at_any_time_is_handled(sends in proptest::collection::vec((0..100_000_u64, "(?s).{0,80}"), 0..30)) {
        let mut sender = Sender::new();
        for (millis, text) in sends {
            // Also backwards: a clock that jumps must not panic.
            sender.now = Duration::from_millis(millis);
            if let Err(refusal) = sender.send(&text) {
                prop_assert!(!refusal.message.is_empty());
            }
        }
    }
}
