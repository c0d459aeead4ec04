//! The decisions about rooms, without sockets or time: who is told what, in which order.

use entity::{ConversationId, Timestamp, UserId};

use super::{
    model::{Medium, Party, Person},
    news::{News, To},
    registry::{Comer, NewCall, Registry},
    upkeep::Facts,
};
use crate::socket::Sid;

fn person(id: i64, name: &str) -> Person {
    Person {
        id: UserId(id),
        name: name.to_owned(),
    }
}

const fn by(person: &Person, sid: Sid) -> Comer<'_> {
    Comer {
        person,
        sid,
        now: Timestamp(0),
    }
}

fn call_of(party: Party, ring: &[&Person]) -> NewCall {
    NewCall {
        party,
        medium: Medium::Voice,
        ring: ring.iter().map(|one| (*one).clone()).collect(),
        ring_seconds: 45,
        is_hidden: false,
    }
}

/// The names of events and who gets them.
fn told(news: &News) -> Vec<(To, &'static str)> {
    let all = news.all().into_iter();
    all.map(|(to, event, _)| (to, event)).collect()
}

#[test]
fn two_who_call_each_other_at_once_are_in_one_call() {
    let mut registry = Registry::new(8);
    let (alice, bob) = (person(1, "alice"), person(2, "bob"));
    let (desk, phone) = (Sid::new(), Sid::new());
    let mut news = News::default();
    let new = call_of(Party::Two([alice.clone(), bob.clone()]), &[&bob]);
    let (first, is_new) = registry
        .call(new, by(&alice, desk), &mut news)
        .expect("a call");
    assert!(is_new);
    assert!(told(&news).contains(&(To::User(bob.id), "incoming_call")));

    let mut news = News::default();
    let new = call_of(Party::Two([bob.clone(), alice.clone()]), &[&alice]);
    let (second, is_new) = registry
        .call(new, by(&bob, phone), &mut news)
        .expect("a call");

    assert!(!is_new);
    assert_eq!(second.state.call_id, first.state.call_id);
    assert_eq!(second.state.participants, ["alice", "bob"]);
    let news = told(&news);
    assert!(news.contains(&(To::Socket(desk), "call_answered")));
    assert!(news.contains(&(To::OtherSockets(bob.id, phone), "call_ended")));
    assert!(news.iter().all(|(_, event)| *event != "incoming_call"));
}

#[test]
fn a_ring_ends_at_its_time_and_not_before() {
    let mut registry = Registry::new(8);
    let (alice, bob) = (person(1, "alice"), person(2, "bob"));
    let new = call_of(Party::Two([alice.clone(), bob.clone()]), &[&bob]);
    let mut news = News::default();
    registry
        .call(new, by(&alice, Sid::new()), &mut news)
        .expect("a call");

    let mut news = News::default();
    registry.review(&Facts::default(), Timestamp(44_999), &mut news);
    assert!(told(&news).is_empty());
    registry.review(&Facts::default(), Timestamp(45_000), &mut news);
    let over = [
        (To::User(alice.id), "call_ended"),
        (To::User(bob.id), "call_ended"),
    ];
    assert_eq!(told(&news), over);
    assert!(registry.rooms.is_empty());
}

#[test]
fn a_call_in_a_group_goes_on_without_those_who_did_not_answer() {
    let mut registry = Registry::new(8);
    let people = [person(1, "alice"), person(2, "bob"), person(3, "carol")];
    let [alice, bob, carol] = &people;
    let group = ConversationId(9);
    let mut news = News::default();
    let new = call_of(Party::Group(group, "Team".to_owned()), &[bob, carol]);
    let (call, _) = registry
        .call(new, by(alice, Sid::new()), &mut news)
        .expect("a call");
    let name = call.state.call_id.as_str();
    registry
        .answer(name, by(bob, Sid::new()), &mut news)
        .expect("in");

    let mut news = News::default();
    registry.review(&Facts::default(), Timestamp(60_000), &mut news);
    let told = told(&news);
    assert_eq!(told[0], (To::User(carol.id), "call_ended"));
    assert!(told.contains(&(To::Group(group), "call_state")));
    let late = registry.answer(name, by(carol, Sid::new()), &mut News::default());
    assert_eq!(
        late.expect("in").state.participants,
        ["alice", "bob", "carol"]
    );
}

#[test]
fn whoever_goes_keeps_the_place_for_a_moment_and_loses_it() {
    let mut registry = Registry::new(8);
    let (alice, bob) = (person(1, "alice"), person(2, "bob"));
    let (one, two) = (Sid::new(), Sid::new());
    let name = "general".into();
    let mut news = News::default();
    registry
        .join(&name, by(&alice, one), None, &mut news)
        .expect("in");
    let (place, _) = registry
        .join(&name, by(&bob, two), None, &mut news)
        .expect("in");

    registry.gone(two, Timestamp(0), &mut News::default());
    let back = registry.join(&name, by(&bob, Sid::new()), Some(place), &mut news);
    assert_eq!(back.expect("in").0, place);
    registry.gone(one, Timestamp(0), &mut News::default());
    registry.review(&Facts::default(), Timestamp(20_000), &mut News::default());
    let (other, _) = registry
        .join(&name, by(&alice, one), Some(place), &mut news)
        .expect("in");
    assert_ne!(other, place, "it was never hers");
    for sid in [one, two] {
        registry.leave(&name, alice.id, sid, &mut news);
    }
    assert_eq!(registry.channels()[0].participants, ["bob"]);
}
