//! Given as `BROWSER`, this program plays the person: `sign-in [--user NAME] [--password TEXT] [--refuse] URL`
//! signs in (as alice unless told otherwise; a password is the user's name unless given) and brings the answer to the redirect URI; `sign-in --note FILE URL` only writes the URL down, for a
//! test that then opens it in a real browser. Exits 0 when the client got its answer, 1 otherwise.

use std::process::ExitCode;

use gatepass_tests::Person;
use url::Url;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match play(std::env::args().skip(1)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sign-in: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn play(mut arguments: impl Iterator<Item = String>) -> Result<(), String> {
    let mut person = Person::named("alice");
    let mut note = None;
    let mut url = None;
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--user" => person = Person { refuses: person.refuses, ..Person::named(&value()?) },
            "--password" => person.password = value()?,
            "--refuse" => person.refuses = true,
            "--note" => note = Some(value()?),
            _ => url = Some(argument),
        }
    }
    let url = url.ok_or("the URL is missing")?;
    if let Some(file) = note {
        return write_whole(&file, &url).map_err(|error| format!("cannot write {file}: {error}"));
    }
    let url = Url::parse(&url).map_err(|error| format!("{url}: {error}"))?;
    let landing = person.sign_in(&url).await?;
    if landing.status < 400 { Ok(()) } else { Err(format!("the client answered {}", landing.status)) }
}

/// The reader must never see half of it.
fn write_whole(file: &str, text: &str) -> std::io::Result<()> {
    let draft = format!("{file}.draft");
    std::fs::write(&draft, text)?;
    std::fs::rename(draft, file)
}
