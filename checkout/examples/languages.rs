//! Writes the texts of each language as the checkout in the browser is given them, for the build:
//! `cargo run -p groat-checkout --example languages --features languages -- folder`.

use std::path::Path;

use groat_checkout::language::LANGUAGES;

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).ok_or_else(|| std::io::Error::other("name the folder to write to"))?;
    std::fs::create_dir_all(&folder)?;
    for language in &LANGUAGES {
        std::fs::write(Path::new(&folder).join(format!("{}.txt", language.tag)), language.translation().pack())?;
    }
    Ok(())
}
