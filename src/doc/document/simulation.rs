//! People with whole-text clients on slow links, in simulated time.
//!
//! A session over connections that hold runs against two documents at once: one that has to guess
//! what an edit started from, and one that is told (the oracle). As long as both have the same text
//! no guess was wrong, so that nothing that was typed can be lost or doubled by it. Where
//! connections are cut, every character that the document ever had must be there once in the end.

use std::collections::{BTreeMap, HashSet};

use self::people::{Dice, Person, Style};
use std::time::Duration;

use super::*;
use crate::doc::diff::tests::scale;

mod people;

/// For how long people type, in milliseconds.
const SESSION: u64 = 15_000;
/// The slowest way of a message, in milliseconds.
const LATENCY: u64 = 300;

enum Event {
    Type(usize),
    Edit(usize, usize, String, i64),
    Join(usize, usize),
    Text(usize, usize, Arc<str>, i64),
    Cut(usize),
    Connect(usize),
    /// The server notices that a connection is dead.
    Gone(usize),
    Look,
}

/// What became of a session.
#[derive(Debug, Default)]
struct Outcome {
    edits: usize,
    /// Whether a guess was wrong; how many sessions that ended.
    wrong: usize,
    lost: usize,
    doubled: usize,
}

struct Session {
    style: Style,
    has_cuts: bool,
    dice: Dice,
    start: Instant,
    now: u64,
    events: BTreeMap<(u64, usize), Event>,
    planned: usize,
    people: Vec<Person>,
    sockets: usize,
    guessing: Document<usize, usize>,
    told: Option<Document<usize, usize>>,
    /// Characters that were in the document, and those of them that somebody took out.
    entered: HashSet<char>,
    deleted: HashSet<char>,
    fresh: u32,
    outcome: Outcome,
}

impl Session {
    fn new(style: Style, seed: u64, has_cuts: bool) -> Self {
        let mut dice = Dice(seed);
        let insert = style.start(&mut dice);
        let document = || {
            let mut text = Text::new();
            let (old, insert) = (0..0, insert.clone());
            text.splice(&[Splice { old, insert }]).expect("it fits");
            Document::new(text, 1)
        };
        let mut session = Self {
            style,
            has_cuts,
            dice,
            start: Instant::now(),
            now: 0,
            events: BTreeMap::new(),
            planned: 0,
            people: Vec::new(),
            sockets: 0,
            guessing: document(),
            told: (!has_cuts).then(document),
            entered: HashSet::new(),
            deleted: HashSet::new(),
            fresh: 0x4e00,
            outcome: Outcome::default(),
        };
        for person in 0..2 + session.dice.place(3) {
            session.people.push(Person::new(&mut session.dice));
            session.plan(0, Event::Connect(person));
            let first = 1000 + session.dice.below(500);
            session.plan(first, Event::Type(person));
            if has_cuts {
                let cut = session.dice.below(SESSION);
                session.plan(cut, Event::Cut(person));
            }
        }
        session
    }

    fn plan(&mut self, after: u64, event: Event) {
        self.planned += 1;
        self.events.insert((self.now + after, self.planned), event);
    }

    fn instant(&self) -> Instant {
        self.start + Duration::from_millis(self.now)
    }

    fn run(mut self) -> Outcome {
        while let Some(((now, _), event)) = self.events.pop_first() {
            self.now = now;
            self.happen(event);
            if self.outcome.wrong > 0 {
                return self.outcome;
            }
            self.look();
        }
        self.check();
        self.outcome
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Type(person) => {
                if self.now < SESSION {
                    let pause = 50 + self.dice.below(200);
                    self.plan(pause, Event::Type(person));
                    // Nobody types before there is a text.
                    if self.people[person].version > 0 {
                        self.type_something(person);
                    }
                }
            }
            Event::Edit(person, socket, content, version) => {
                self.edit(person, socket, &content, version);
            }
            Event::Join(person, socket) => {
                let now = self.instant();
                if let Some(told) = &mut self.told {
                    told.attach(socket, person, now);
                }
                let (content, version) = self.guessing.attach(socket, person, now);
                self.send(person, socket, content, version);
            }
            Event::Text(person, socket, content, version) => {
                let person = &mut self.people[person];
                // What was under way in a cut does not arrive.
                if person.socket == Some(socket) {
                    person.show(&content, self.now);
                    person.version = version;
                }
            }
            Event::Cut(person) => {
                if let Some(socket) = self.people[person].socket.take() {
                    let (back, noticed) = (self.dice.below(4000), self.dice.below(8000));
                    self.plan(100 + back, Event::Connect(person));
                    self.plan(noticed, Event::Gone(socket));
                }
            }
            Event::Connect(person) => self.connect(person),
            Event::Gone(socket) => self.guessing.detach(socket, self.instant()),
            Event::Look => {}
        }
    }

    fn connect(&mut self, person: usize) {
        self.sockets += 1;
        let socket = self.sockets;
        self.people[person].socket = Some(socket);
        // A client sends what has waited before it says anything else.
        for (content, version) in std::mem::take(&mut self.people[person].buffer) {
            self.say(person, |_| Event::Edit(person, socket, content, version));
        }
        self.say(person, |_| Event::Join(person, socket));
        if self.has_cuts && self.now < SESSION {
            let next = 500 + self.dice.below(6000);
            self.plan(next, Event::Cut(person));
        }
    }

    fn say(&mut self, person: usize, event: impl FnOnce(usize) -> Event) {
        let arrival = self.now + self.dice.below(LATENCY + 1);
        let up = &mut self.people[person].up;
        *up = arrival.max(*up);
        let after = *up - self.now;
        self.plan(after, event(person));
    }

    fn send(&mut self, person: usize, socket: usize, content: Arc<str>, version: i64) {
        let arrival = self.now + self.dice.below(LATENCY + 1);
        let down = &mut self.people[person].down;
        *down = arrival.max(*down);
        let after = *down - self.now;
        self.plan(after, Event::Text(person, socket, content, version));
    }

    fn type_something(&mut self, at: usize) {
        let person = &mut self.people[at];
        let taken = person.type_something(self.style, &mut self.dice, self.now, &mut self.fresh);
        self.deleted.extend(taken);
        let edit = (person.screen.iter().collect(), person.version);
        if let Some(socket) = person.socket {
            self.say(at, |at| Event::Edit(at, socket, edit.0, edit.1));
        } else {
            person.buffer.push(edit);
        }
    }

    fn edit(&mut self, person: usize, socket: usize, content: &str, version: i64) {
        // What was under way in a cut does not arrive.
        if self.people[person].socket != Some(socket) {
            return;
        }
        self.outcome.edits += 1;
        let now = self.instant();
        let guessed = self.guessing.edit(socket, person, content, None, now);
        let guessed = guessed.expect("it fits");
        if let Some(document) = &mut self.told {
            let told = document.edit(socket, person, content, Some(version), now);
            let told = told.expect("it fits");
            let texts = (self.guessing.text().as_str(), document.text().as_str());
            let is_wrong = texts.0 != texts.1 || guessed.version != told.version;
            self.outcome.wrong += usize::from(is_wrong);
        }
        self.entered.extend(self.guessing.text().as_str().chars());
    }

    /// Sends the texts that are due.
    fn look(&mut self) {
        let now = self.instant();
        for (socket, content, version) in self.guessing.due(now, |_| true) {
            if let Some(told) = &mut self.told {
                told.answered(socket, now);
                assert_eq!((&*content, version), (told.text().as_str(), told.version()));
            }
            let mut people = self.people.iter();
            if let Some(person) = people.position(|person| person.socket == Some(socket)) {
                self.send(person, socket, content, version);
            }
        }
        if let Some(due) = self.guessing.next_due() {
            let after = due.saturating_duration_since(now).as_millis();
            let after = u64::try_from(after).expect("it is soon");
            self.plan(after.max(1), Event::Look);
        }
    }

    /// At the end everybody sees the same, and everything that was put in once.
    fn check(&mut self) {
        let text = self.guessing.content();
        for person in &self.people {
            assert_eq!(
                person.screen.iter().collect::<String>(),
                *text,
                "a screen is different"
            );
        }
        let of_few = [
            Style::TwoLetters,
            Style::Cursor,
            Style::Words,
            Style::Lines,
            Style::Spelled,
        ];
        if of_few.contains(&self.style) {
            return;
        }
        for character in self.entered.iter().filter(|it| !it.is_ascii()) {
            let count = text.matches(*character).count();
            self.outcome.doubled += usize::from(count > 1);
            let is_left = !self.deleted.contains(character);
            self.outcome.lost += usize::from(count == 0 && is_left);
        }
    }
}

fn sessions(style: Style, has_cuts: bool, count: u32) -> Outcome {
    let mut total = Outcome::default();
    for seed in 0..u64::from(count * scale()) {
        let outcome = Session::new(style, seed, has_cuts).run();
        total.edits += outcome.edits;
        total.wrong += outcome.wrong;
        total.lost += outcome.lost;
        total.doubled += outcome.doubled;
    }
    total
}

#[test]
fn every_guess_is_right() {
    for style in [Style::Unique, Style::Repeated] {
        let total = sessions(style, false, 3);
        let faults = (total.wrong, total.lost, total.doubled);
        assert_eq!(faults, (0, 0, 0), "{style:?}: {total:?}");
    }
}

/// Where people put in the same letter at the same place before they see it of each other, or take
/// back what they have just typed, there are texts that can have come about in two ways.
#[test]
fn a_guess_among_few_letters_is_hardly_ever_wrong() {
    for style in [
        Style::TwoLetters,
        Style::Cursor,
        Style::Mixed,
        Style::Words,
        Style::Lines,
        Style::Spelled,
    ] {
        let total = sessions(style, false, 3);

        assert!(total.wrong * 2000 <= total.edits, "{style:?}: {total:?}");
    }
}

#[test]
fn nobody_loses_anything_by_cuts() {
    for style in [Style::Unique, Style::Mixed, Style::Repeated] {
        let total = sessions(style, true, 2);
        assert_eq!((total.lost, total.doubled), (0, 0), "{style:?}: {total:?}");
    }
}
