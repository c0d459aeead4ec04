//! HTTP/1.1 on a kept-alive connection, the client's side, reduced to what the scenarios need.

use anyhow::{Context, Result};
use memchr::memmem;

const HEAD_END: &[u8] = b"\r\n\r\n";

/// The head of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head<'a> {
    pub(crate) status: u16,
    fields: &'a str,
    /// Its bytes, the empty line at its end included.
    pub(crate) length: usize,
}

/// An answer with its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) body: &'a [u8],
    /// Its bytes, head and all.
    pub(crate) length: usize,
}

impl Head<'_> {
    fn content_length(&self) -> Option<&str> {
        self.fields.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then_some(value.trim())
        })
    }
}

/// The head at the front, if all of it is here.
pub(crate) fn next_head(bytes: &[u8]) -> Result<Option<Head<'_>>> {
    let Some(end) = memmem::find(bytes, HEAD_END) else {
        return Ok(None);
    };
    let head = std::str::from_utf8(&bytes[..end])?;
    let status = head
        .strip_prefix("HTTP/1.1 ")
        .and_then(|rest| rest.get(..3)?.parse().ok())
        .with_context(|| format!("no answer of HTTP/1.1: {head}"))?;
    Ok(Some(Head {
        status,
        fields: head,
        length: end + HEAD_END.len(),
    }))
}

/// The answer at the front, if all of it is here. One without a length has no body.
pub(crate) fn next_answer(bytes: &[u8]) -> Result<Option<Answer<'_>>> {
    let Some(head) = next_head(bytes)? else {
        return Ok(None);
    };
    let body: usize = match head.content_length() {
        Some(length) => length.parse()?,
        None => 0,
    };
    let length = head.length + body;
    Ok(bytes.get(head.length..length).map(|body| Answer {
        status: head.status,
        body,
        length,
    }))
}

/// The content of the chunk at the front and the bytes of all of it, if it is here. The last one is empty.
pub(crate) fn next_chunk(bytes: &[u8]) -> Result<Option<(&[u8], usize)>> {
    let Some(line) = memmem::find(bytes, b"\r\n") else {
        return Ok(None);
    };
    let size = std::str::from_utf8(&bytes[..line])?;
    let size =
        usize::from_str_radix(size, 16).with_context(|| format!("no size of a chunk: {size}"))?;
    let begin = line + 2;
    let end = begin + size + 2;
    Ok((bytes.len() >= end).then(|| (&bytes[begin..end - 2], end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_cut_only_when_whole() -> Result<()> {
        let bytes =
            b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\ncontent-length: 2\r\n\r\nokHTTP";
        let whole = bytes.len() - 4;
        for partial in 0..whole {
            assert_eq!(next_answer(&bytes[..partial])?, None);
        }
        let answer = next_answer(bytes)?.context("an answer")?;
        assert_eq!((answer.status, answer.length), (200, whole));
        assert_eq!(answer.body, b"ok");
        Ok(())
    }

    #[test]
    fn an_answer_without_a_length_is_its_head() -> Result<()> {
        let bytes = b"HTTP/1.1 204 No Content\r\n\r\n";
        let answer = next_answer(bytes)?.context("an answer")?;
        assert_eq!((answer.status, answer.length), (204, bytes.len()));
        assert!(next_answer(b"SSH-2.0-x\r\n\r\n").is_err());
        Ok(())
    }

    #[test]
    fn chunks_are_cut_only_when_whole() -> Result<()> {
        let bytes = b"a\r\ndata: {}\n\n\r\n0\r\n\r\n";
        for partial in 0..15 {
            assert_eq!(next_chunk(&bytes[..partial])?, None);
        }
        assert_eq!(next_chunk(bytes)?, Some((&b"data: {}\n\n"[..], 15)));
        assert_eq!(next_chunk(&bytes[15..])?, Some((&b""[..], 5)));
        assert!(next_chunk(b"data\r\n").is_err());
        Ok(())
    }
}
