use super::*;

#[test]
fn the_way_in_utf16_is_found_in_utf8() {
    let text = format!("{}é😀{}", "ä".repeat(100), "x".repeat(200));
    assert_eq!(utf16_units(text.as_bytes()), text.encode_utf16().count());
    for (at, _) in text.char_indices() {
        let units = text[..at].encode_utf16().count();
        assert_eq!(advance(&text, 0, units), Some(at));
    }
    assert_eq!(advance(&text, 0, 102), None, "within a pair");
    assert_eq!(advance(&text, 0, 1000), None, "behind the end");
}
