use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use entity::{AppId, ServerId, UserId};
use tokio_util::sync::CancellationToken;

use super::{AT_ONCE, Audience, MAX_STREAMS, News, Rank, Reader, Viewer, WAITING};

const CLUB: ServerId = ServerId(1);

/// An audience and how often a connection was cut.
fn audience() -> (Audience, Arc<AtomicUsize>) {
    (Audience::new(CancellationToken::new()), Arc::default())
}

fn viewer(user: i64, is_manager: bool, cuts: &Arc<AtomicUsize>) -> Viewer {
    let cuts = cuts.clone();
    Viewer {
        user: UserId(user),
        session: "a session".into(),
        rank: Rank {
            is_manager,
            as_of: 1,
        },
        cut: Box::new(move || {
            cuts.fetch_add(1, Ordering::Relaxed);
        }),
    }
}

fn news(app: i64, version: i64) -> News {
    News {
        about: Some((AppId(app), version)),
        bytes: Bytes::from(format!("{app}.{version}")),
    }
}

async fn hears(reader: &mut Reader) -> Option<String> {
    let bytes = reader.next().await?;
    Some(String::from_utf8(bytes.to_vec()).expect("text"))
}

#[tokio::test]
async fn what_is_hidden_is_for_managers_and_every_server_is_by_itself() {
    let (audience, cuts) = audience();
    let join = |server, user, is_manager| {
        let joined = audience.join(server, viewer(user, is_manager, &cuts));
        joined.expect("a seat")
    };
    let mut member = join(CLUB, 1, false);
    let mut manager = join(CLUB, 2, true);
    let mut elsewhere = join(ServerId(2), 3, true);

    audience.send(CLUB, &news(1, 1), false).await;
    audience.send(CLUB, &news(1, 2), true).await;
    audience.beat();

    assert_eq!(hears(&mut member).await.as_deref(), Some("1.2"));
    assert_eq!(hears(&mut manager).await.as_deref(), Some("1.1"));
    assert_eq!(hears(&mut manager).await.as_deref(), Some("1.2"));
    assert_eq!(hears(&mut elsewhere).await.as_deref(), Some(":\n\n"));

    let seat = audience.taken(CLUB)[1].seat;
    let (is_manager, as_of) = (false, 2);
    audience.renew(CLUB, seat, Rank { is_manager, as_of });
    audience.send(CLUB, &news(1, 3), false).await;
    audience.send(CLUB, &news(1, 4), true).await;
    assert_eq!(hears(&mut manager).await.as_deref(), Some(":\n\n"));
    assert_eq!(hears(&mut manager).await.as_deref(), Some("1.4"));
    assert_eq!(audience.taken(CLUB)[1].as_of, 2);
}

#[tokio::test]
async fn everybody_hears_it_however_many_there_are() {
    let (audience, cuts) = audience();
    let many = i64::try_from(3 * AT_ONCE + 1).expect("small");
    let join = |user| {
        audience
            .join(CLUB, viewer(user, false, &cuts))
            .expect("a seat")
    };
    let mut readers: Vec<_> = (0..many).map(join).collect();
    drop(readers.swap_remove(AT_ONCE));

    audience.send(CLUB, &news(1, 1), true).await;
    audience.send(CLUB, &news(1, 2), true).await;

    for reader in &mut readers {
        assert_eq!(hears(reader).await.as_deref(), Some("1.1"));
        assert_eq!(hears(reader).await.as_deref(), Some("1.2"));
    }
}

#[tokio::test]
async fn a_stream_begins_with_what_there_is_and_goes_on_with_what_is_newer() {
    let (audience, cuts) = audience();
    let reader = audience.join(CLUB, viewer(1, false, &cuts));
    let reader = reader.expect("a seat");
    // Sent while the beginning was read.
    audience.send(CLUB, &news(1, 6), true).await;
    audience.send(CLUB, &news(1, 7), true).await;
    audience.send(CLUB, &news(2, 1), true).await;
    audience.send(CLUB, &news(1, 8), true).await;

    let first = Bytes::from_static(b"now");
    let mut reader = reader.beginning_with(first, vec![(AppId(1), 7)]);

    assert_eq!(hears(&mut reader).await.as_deref(), Some("now"));
    assert_eq!(hears(&mut reader).await.as_deref(), Some("2.1"));
    assert_eq!(hears(&mut reader).await.as_deref(), Some("1.8"));
}

#[tokio::test]
async fn who_does_not_keep_up_is_cut_off_and_holds_nobody_else_up() {
    let (audience, cuts) = audience();
    let join = |user| audience.join(CLUB, viewer(user, false, &cuts));
    let (mut slow, mut fast) = (join(1).expect("a seat"), join(2).expect("a seat"));
    for version in 1..=WAITING {
        let version = i64::try_from(version).expect("small");
        audience.send(CLUB, &news(1, version), true).await;
        assert_eq!(hears(&mut fast).await, Some(format!("1.{version}")));
    }
    assert_eq!(cuts.load(Ordering::Relaxed), 0, "{WAITING} may wait");

    audience.send(CLUB, &news(1, 99), true).await;

    assert_eq!(cuts.load(Ordering::Relaxed), 1);
    assert_eq!(hears(&mut slow).await, None);
    assert_eq!(hears(&mut fast).await.as_deref(), Some("1.99"));
    assert_eq!(audience.taken(CLUB).len(), 1);
    // As long as the connection is there it is cut again.
    audience.cut_ended(CLUB);
    assert_eq!(cuts.load(Ordering::Relaxed), 2);
    drop(slow);
    audience.cut_ended(CLUB);
    assert_eq!(cuts.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn who_is_put_out_does_not_hear_what_waits() {
    let (audience, cuts) = audience();
    let mut reader = audience
        .join(CLUB, viewer(1, false, &cuts))
        .expect("a seat");
    audience.send(CLUB, &news(1, 1), true).await;

    audience.end(CLUB, audience.taken(CLUB)[0].seat);
    audience.send(CLUB, &news(1, 2), true).await;

    assert_eq!(hears(&mut reader).await, None);
    drop(reader);
    assert!(audience.servers().is_empty());
}

#[tokio::test]
async fn a_person_has_ten_streams_and_another_one_once_one_has_ended() {
    let (audience, cuts) = audience();
    let join = |user: i64, server| audience.join(ServerId(server), viewer(user, true, &cuts));
    let streams = (0..i64::from(MAX_STREAMS)).map(|n| join(1, n % 3));
    let mut streams: Vec<_> = streams.map(|stream| stream.expect("a seat")).collect();
    assert_eq!(streams.len(), 10);

    let refused = join(1, 0).err().expect("refused");
    assert_eq!(refused.code(), "too_many_streams");
    let other = join(2, 0).expect("others have their own");

    streams.pop();
    streams.push(join(1, 0).expect("a seat"));
    assert!(join(1, 0).is_err());
    drop((streams, other));
    assert!(audience.0.streams.is_empty() && audience.0.seats.is_empty());
}

#[tokio::test]
async fn at_the_end_all_streams_end_and_who_does_not_read_is_cut_off() {
    let (audience, cuts) = audience();
    let join = |user| audience.join(CLUB, viewer(user, false, &cuts));
    let (mut reading, stuck) = (join(1).expect("a seat"), join(2).expect("a seat"));
    audience.0.stop.cancel();

    assert_eq!(hears(&mut reading).await, None);
    drop(reading);
    audience.finish(std::time::Duration::ZERO).await;
    assert_eq!(cuts.load(Ordering::Relaxed), 1);

    drop(stuck);
    audience.finish(std::time::Duration::MAX).await;
}
