//! Makes the embedded release index: `cargo run --example make_snapshot -- INDEX.json DATE OUT`.
//!
//! INDEX.json is the body of `https://go.dev/dl/?mode=json&include=all`, DATE the day it was fetched (`2026-08-19`).
//! Refuses to change what an earlier snapshot at OUT pinned.
#![expect(clippy::disallowed_methods, reason = "a maintainer's tool, not part of the program")]

use std::error::Error;
use std::fs;

use gvm_rs::model::Index;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [json, date, out] = arguments.as_slice() else {
        return Err("usage: make_snapshot INDEX.json DATE OUT".into());
    };
    let mut index = Index::from_json(&fs::read(json)?)?;
    index.as_of = Some(midnight(date).ok_or("DATE is a day such as 2026-08-19")?);
    if index.skipped() > 0 {
        return Err(format!("{} releases have names that are not versions", index.skipped()).into());
    }
    if let Ok(earlier) = fs::read(out)
        && let Ok(earlier) = Index::decode(&earlier)
    {
        earlier.overlay(index.clone())?;
    }
    fs::write(out, index.encode())?;
    Ok(())
}

/// Returns the seconds from 1970 to the beginning of a day written `YYYY-MM-DD`, in UTC.
fn midnight(date: &str) -> Option<u64> {
    let mut parts = date.split('-').map(|part| part.parse::<u64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some()
        || !(1970..=9999).contains(&year)
        || !(1..=12).contains(&month)
        || !(1..=31).contains(&day)
    {
        return None;
    }
    // Years that begin in March have the leap day at their end, where it shifts nothing.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    let days = 365 * year + leap_days + (153 * month + 2) / 5 + day - 1;
    Some((days - 719_468) * 86_400)
}
