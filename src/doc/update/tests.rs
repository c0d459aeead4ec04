use super::*;

#[test]
fn nothing_is_an_update_of_nothing() {
    let update = Update::parse(&[0, 0]).expect("it is one");
    let news = update
        .check(&StateVector::default())
        .expect("it can be taken");
    assert_eq!((news.structs, news.deletions), (0, 0));
}
