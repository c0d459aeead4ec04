use proptest::prelude::*;
use yrs::{Doc, GetString, Transact, updates::decoder::Decode};

use super::*;
use crate::doc::{diff::tests::cases, update::ROOT};

/// A struct of so many letters by one of a few clients: what it is put in between, as places among
/// all letters that there are.
type Plan = (u64, usize, Option<usize>, Option<usize>);

fn plan() -> impl Strategy<Value = Plan> {
    let place = || prop::option::weighted(0.8, 0..1_000_000usize);
    (1..5u64, 1..4usize, place(), place())
}

/// An update with a struct for each plan, and the letters of it: no two are alike.
fn update(plans: &[Plan]) -> (Vec<u8>, HashMap<char, Id>) {
    let mut letters = HashMap::new();
    let mut ids: Vec<Id> = Vec::new();
    let mut structs: BTreeMap<u64, (u32, u8, Vec<u8>)> = BTreeMap::new();
    for (client, len, left, right) in plans {
        let (clock, count, bytes) = structs.entry(*client).or_default();
        let origins = [left, right].map(|place| {
            place.and_then(|place| {
                let index = place.checked_rem(ids.len())?;
                Some(ids[index])
            })
        });
        let has = origins.map(|origin| u8::from(origin.is_some()));
        bytes.push(4 | has[0] << 7 | has[1] << 6);
        for id in origins.iter().flatten() {
            bytes.push(u8::try_from(id.client).expect("it is small"));
            bytes.push(u8::try_from(id.clock).expect("it is small"));
        }
        if has == [0, 0] {
            bytes.extend([1, 7]);
            bytes.extend(ROOT.as_bytes());
        }
        let mut text = String::new();
        for _ in 0..*len {
            let letter = u32::try_from(0x4e00 + ids.len()).expect("it is a letter");
            let letter = char::from_u32(letter).expect("it is a letter");
            let id = Id {
                client: *client,
                clock: *clock,
            };
            text.push(letter);
            letters.insert(letter, id);
            ids.push(id);
            *clock += 1;
        }
        bytes.push(u8::try_from(text.len()).expect("it is short"));
        bytes.extend(text.as_bytes());
        *count += 1;
    }
    let mut update = vec![u8::try_from(structs.len()).expect("they are few")];
    for (client, (_, count, bytes)) in structs {
        update.extend([count, u8::try_from(client).expect("it is small"), 0]);
        update.extend(bytes);
    }
    update.push(0);
    (update, letters)
}

fn ids(order: &Order) -> Vec<Id> {
    let mut ids = Vec::new();
    let mut next = order.first;
    while let Some(at) = next {
        let item = &order.items[at];
        let client = item.client;
        ids.extend((item.clock..item.end).map(|clock| Id { client, clock }));
        next = item.right;
    }
    ids
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn structs_come_in_the_order_of_yrs(plans in prop::collection::vec(plan(), 0..40)) {
        let (bytes, letters) = update(&plans);
        let doc = Doc::new();
        let root = doc.get_or_insert_text(ROOT);
        let decoded = yrs::Update::decode_v1(&bytes).expect("it is one");
        doc.transact_mut().apply_update(decoded).expect("it is taken");
        let text = root.get_string(&doc.transact());
        let expected: Vec<Id> = text.chars().map(|letter| letters[&letter]).collect();
        prop_assert_eq!(expected.len(), letters.len());

        let update = Update::parse(&bytes).expect("it is one");
        let mut order = Order::default();
        order.take(&[&update], usize::MAX);
        prop_assert_eq!(ids(&order), expected);
        // What is known already changes nothing.
        let steps = order.steps;
        prop_assert_eq!(order.take(&[&update], usize::MAX), steps);
    }
}

#[test]
fn what_is_put_in_where_nothing_else_is_takes_no_steps() {
    let typed = |count: u64| -> Vec<Plan> {
        let ends = (0..).map(Some);
        let first = [(1, 1, None, None)];
        let rest = ends.take(60).map(|end| (1 + count % 2, 1, end, None));
        first.into_iter().chain(rest).collect()
    };
    let (bytes, _) = update(&typed(0));
    let update = Update::parse(&bytes).expect("it is one");
    assert_eq!(Order::default().take(&[&update], usize::MAX), 0);
}

#[test]
fn what_all_put_in_at_one_place_is_walked_over() {
    let plans: Vec<Plan> = (0..40)
        .map(|at| match at {
            0 => (1, 1, None, None),
            1 => (1, 40, Some(0), None),
            _ => (1, 1, Some(0), Some(41 - at)),
        })
        .collect();
    let (bytes, _) = update(&plans);
    let update = Update::parse(&bytes).expect("it is one");
    let steps = Order::default().take(&[&update], usize::MAX);
    assert!(steps > 300, "{steps}");
    // It is not looked at further than is asked.
    assert!(Order::default().take(&[&update], 10) < 70);
}
