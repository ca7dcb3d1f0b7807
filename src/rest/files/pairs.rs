//! An upload as pairs: `file=…&tag=…`, each value read as it comes.

use std::io::{self, BufRead, Read};

use super::form::{Form, PercentDecoded, Unusable, of_text, text};
use crate::app::Files;

/// Reads pairs; of a key that is repeated the last counts.
pub(super) fn read(files: &Files, mut body: impl BufRead) -> Result<Form, Unusable> {
    let mut form = Form::default();
    while !body.fill_buf().map_err(Unusable::Failed)?.is_empty() {
        let mut pair = Until::new(&mut body, b'&');
        let name = {
            let name = Until::new(&mut pair, b'=');
            text(PercentDecoded::new(Spaced(name)))?
        };
        let value = PercentDecoded::new(Spaced(&mut pair));
        match Form::key(&name) {
            Some(key) => form.set(key, Some(&text(value)?)),
            None if name == "file" => form.file = of_text(files, value)?,
            None => {}
        }
        io::copy(&mut pair, &mut io::sink()).map_err(Unusable::Failed)?;
    }
    Ok(form)
}

/// Ends at a byte, which is taken and not given.
struct Until<R> {
    from: R,
    end: u8,
    ended: bool,
}

impl<R: BufRead> Until<R> {
    fn new(from: R, end: u8) -> Self {
        Self { from, end, ended: false }
    }
}

impl<R: BufRead> BufRead for Until<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.ended {
            return Ok(&[]);
        }
        if self.from.fill_buf()?.first() == Some(&self.end) {
            self.from.consume(1);
            self.ended = true;
            return Ok(&[]);
        }
        let there = self.from.fill_buf()?;
        let end = there.iter().position(|byte| *byte == self.end).unwrap_or(there.len());
        Ok(&there[..end])
    }

    fn consume(&mut self, read: usize) {
        self.from.consume(read);
    }
}

impl<R: BufRead> Read for Until<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

/// Puts blanks in the place of `+`.
struct Spaced<R>(R);

impl<R: Read> Read for Spaced<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.0.read(into)?;
        for byte in into[..read].iter_mut().filter(|byte| **byte == b'+') {
            *byte = b' ';
        }
        Ok(read)
    }
}
