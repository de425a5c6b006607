//! Postman's `$random…` family: names, addresses, words and the like, made up by a fake-data library.

use std::convert::Infallible;

use fake::Fake;
use fake::faker::address::en as address;
use fake::faker::company::en as company;
use fake::faker::currency::en as currency;
use fake::faker::filesystem::en as files;
use fake::faker::finance::en as finance;
use fake::faker::internet::en as internet;
use fake::faker::job::en as job;
use fake::faker::lorem::en as lorem;
use fake::faker::name::en as name;
use fake::faker::phone_number::en as phone;
use fake::rand::{RngExt as _, TryRng};
use gatepass_oauth::ports::{Randomness, UnixMillis};
use time::OffsetDateTime;
use time::macros::format_description;

use super::words;

const DAY: i64 = 86_400_000;

/// What `random…` (without its `$`) stands for this time; `None` if Postman has no such name.
pub(super) fn value(wanted: &str, now: UnixMillis, randomness: &dyn Randomness) -> Option<String> {
    let dice = &mut Dice(randomness);
    person(wanted, dice)
        .or_else(|| place(wanted, dice))
        .or_else(|| internet_thing(wanted, dice))
        .or_else(|| image(wanted, dice))
        .or_else(|| business(wanted, dice))
        .or_else(|| money(wanted, dice))
        .or_else(|| file(wanted, dice))
        .or_else(|| language(wanted, dice))
        .or_else(|| date(wanted, now, dice))
        .or_else(|| plain(wanted, dice))
}

/// Random numbers from our own port.
struct Dice<'a>(&'a dyn Randomness);

impl TryRng for Dice<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl Dice<'_> {
    fn one<'l>(&mut self, of: &[&'l str]) -> &'l str {
        of[self.random_range(0..of.len())]
    }

    fn number(&mut self, from: u32, to: u32) -> u32 {
        self.random_range(from..=to)
    }

    fn digits(&mut self, count: usize) -> String {
        self.letters("0123456789", count)
    }

    fn letters(&mut self, alphabet: &str, count: usize) -> String {
        let letters: Vec<char> = alphabet.chars().collect();
        (0..count).map(|_| letters[self.random_range(0..letters.len())]).collect()
    }
}

fn person(wanted: &str, dice: &mut Dice<'_>) -> Option<String> {
    Some(match wanted {
        "randomFirstName" => name::FirstName().fake_with_rng(dice),
        "randomLastName" => name::LastName().fake_with_rng(dice),
        "randomFullName" => name::Name().fake_with_rng(dice),
        "randomNamePrefix" => name::Title().fake_with_rng(dice),
        "randomNameSuffix" => name::Suffix().fake_with_rng(dice),
        "randomJobArea" => job::Field().fake_with_rng(dice),
        "randomJobDescriptor" => job::Seniority().fake_with_rng(dice),
        "randomJobTitle" => job::Title().fake_with_rng(dice),
        "randomJobType" => job::Position().fake_with_rng(dice),
        "randomUserName" => internet::Username().fake_with_rng(dice),
        "randomEmail" => internet::FreeEmail().fake_with_rng(dice),
        "randomExampleEmail" => internet::SafeEmail().fake_with_rng(dice),
        "randomPhoneNumber" => {
            format!("{}-{}-{}", dice.number(201, 999), dice.number(200, 999), dice.digits(4))
        }
        "randomPhoneNumberExt" => {
            format!(
                "{}-{}-{}-{}",
                dice.number(1, 99),
                dice.number(201, 999),
                dice.number(200, 999),
                dice.digits(4)
            )
        }
        "randomCellNumber" => phone::CellNumber().fake_with_rng(dice),
        _ => return None,
    })
}

fn place(wanted: &str, dice: &mut Dice<'_>) -> Option<String> {
    Some(match wanted {
        "randomCity" => address::CityName().fake_with_rng(dice),
        "randomStreetName" => address::StreetName().fake_with_rng(dice),
        "randomStreetAddress" => {
            let street: String = address::StreetName().fake_with_rng(dice);
            format!("{} {street}", dice.number(1, 9999))
        }
        "randomCountry" => address::CountryName().fake_with_rng(dice),
        "randomCountryCode" => address::CountryCode().fake_with_rng(dice),
        "randomLatitude" => format!("{:.4}", dice.random_range(-90.0..90.0_f64)),
        "randomLongitude" => format!("{:.4}", dice.random_range(-180.0..180.0_f64)),
        _ => return None,
    })
}

fn internet_thing(wanted: &str, dice: &mut Dice<'_>) -> Option<String> {
    Some(match wanted {
        "randomIP" => internet::IPv4().fake_with_rng(dice),
        "randomIPV6" => internet::IPv6().fake_with_rng(dice),
        "randomMACAddress" => internet::MACAddress().fake_with_rng::<String, _>(dice).to_lowercase(),
        "randomPassword" => dice.letters(words::LETTERS_AND_DIGITS, 15),
        "randomLocale" => dice.one(words::LOCALES).to_owned(),
        "randomUserAgent" => internet::UserAgent().fake_with_rng(dice),
        "randomProtocol" => dice.one(&["http", "https"]).to_owned(),
        "randomSemver" => format!("{}.{}.{}", dice.number(0, 9), dice.number(0, 9), dice.number(0, 9)),
        "randomDomainName" => domain(dice),
        "randomDomainSuffix" => internet::DomainSuffix().fake_with_rng(dice),
        "randomDomainWord" => domain_word(dice),
        "randomUrl" => format!("{}://{}", dice.one(&["http", "https"]), domain(dice)),
        _ => return None,
    })
}

fn domain(dice: &mut Dice<'_>) -> String {
    let suffix: String = internet::DomainSuffix().fake_with_rng(dice);
    format!("{}.{suffix}", domain_word(dice))
}

fn domain_word(dice: &mut Dice<'_>) -> String {
    let first: String = name::FirstName().fake_with_rng(dice);
    first.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect()
}

/// The services are those of the library that Postman uses; nothing is asked of them here.
fn image(wanted: &str, dice: &mut Dice<'_>) -> Option<String> {
    if wanted == "randomImageDataUri" {
        return Some(
            "data:image/svg+xml;charset=UTF-8,%3Csvg%20xmlns%3D%22http%3A%2F%2Fwww.w3.org%2F2000%2Fsvg%22%20width%3D\
             %22640%22%20height%3D%22480%22%3E%3Crect%20width%3D%22100%25%22%20height%3D%22100%25%22%20fill%3D%22grey\
             %22%2F%3E%3C%2Fsvg%3E"
                .to_owned(),
        );
    }
    if wanted == "randomAvatarImage" {
        return Some(format!("https://i.pravatar.cc/150?u={}", dice.digits(6)));
    }
    let subject = wanted.strip_prefix("random")?.strip_suffix("Image");
    let subject = match (wanted, subject) {
        ("randomImageUrl", _) => "640/480".to_owned(),
        (_, Some(subject)) if words::IMAGE_SUBJECTS.contains(&subject) => {
            format!("640/480/{}", subject.to_lowercase())
        }
        _ => return None,
    };
    Some(format!("https://loremflickr.com/{subject}"))
}

fn business(wanted: &str, dice: &mut Dice<'_>) -> Option<String> {
    Some(match wanted {
        "randomCompanyName" => company::CompanyName().fake_with_rng(dice),
        "randomCompanySuffix" => company::CompanySuffix().fake_with_rng(dice),
        "randomBs" => company::Bs().fake_with_rng(dice),
        "randomBsAdjective" => company::BsAdj().fake_with_rng(dice),
        "randomBsBuzz" => company::BsVerb().fake_with_rng(dice),
        "randomBsNoun" => company::BsNoun().fake_with_rng(dice),
        "randomCatchPhrase" => company::CatchPhrase().fake_with_rng(dice),
        "randomCatchPhraseAdjective" => company::Buzzword().fake_with_rng(dice),
        "randomCatchPhraseDescriptor" => company::BuzzwordMiddle().fake_with_rng(dice),
        "randomCatchPhraseNoun" => company::BuzzwordTail().fake_with_rng(dice),
        "randomDatabaseColumn" => dice.one(words::DATABASE_COLUMNS).to_owned(),
        "randomDatabaseType" => dice.one(words::DATABASE_TYPES).to_owned(),
        "randomDatabaseCollation" => dice.one(words::DATABASE_COLLATIONS).to_owned(),
        "randomDatabaseEngine" => dice.one(words::DATABASE_ENGINES).to_owned(),
        "randomPrice" => format!("{}.{}", dice.number(0, 999), dice.digits(2)),
        "randomProduct" => dice.one(words::PRODUCTS).to_owned(),
        "randomProductAdjective" => dice.one(words::PRODUCT_ADJECTIVES).to_owned(),
        "randomProductMaterial" => dice.one(words::MATERIALS).to_owned(),
        "randomProductName" => format!(
            "{} {} {}",
            dice.one(words::PRODUCT_ADJECTIVES),
            dice.one(words::MATERIALS),
            dice.one(words::PRODUCTS)
        ),
        "randomDepartment" => dice.one(words::DEPARTMENTS).to_owned(),
        _ => return None,
    })
}

fn money(wanted: &str, dice: &mut Dice<'_>) -> Option<String> {
    Some(match wanted {
        "randomBankAccount" => dice.digits(8),
        "randomBankAccountName" => dice.one(words::ACCOUNT_NAMES).to_owned(),
        "randomCreditCardMask" => dice.digits(4),
        "randomBankAccountBic" => finance::Bic().fake_with_rng(dice),
        "randomBankAccountIban" => iban(dice),
        "randomTransactionType" => dice.one(&["deposit", "withdrawal", "payment", "invoice"]).to_owned(),
        "randomCurrencyCode" => currency::CurrencyCode().fake_with_rng(dice),
        "randomCurrencyName" => currency::CurrencyName().fake_with_rng(dice),
        "randomCurrencySymbol" => currency::CurrencySymbol().fake_with_rng(dice),
        "randomBitcoin" => {
            // Without the letters that look like others.
            let letters = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
            let length = dice.number(25, 33) as usize;
            format!("{}{}", dice.one(&["1", "3"]), dice.letters(letters, length))
        }
        _ => return None,
    })
}

/// A German one whose check digits are right (ISO 7064, MOD 97-10).
fn iban(dice: &mut Dice<'_>) -> String {
    let account = dice.digits(18);
    // `D` is 13 and `E` is 14; the check digits count as 00.
    let rest = account
        .bytes()
        .chain(*b"131400")
        .fold(0_u32, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97);
    format!("DE{:02}{account}", 98 - rest)
}

fn file(wanted: &str, dice: &mut Dice<'_>) -> Option<String> {
    Some(match wanted {
        "randomFileName" => files::FileName().fake_with_rng(dice),
        "randomFileType" => {
            dice.one(&["audio", "image", "video", "application", "text", "font", "model"]).to_owned()
        }
        "randomFileExt" => files::FileExtension().fake_with_rng(dice),
        "randomCommonFileName" => {
            let words: Vec<String> = lorem::Words(1..4).fake_with_rng(dice);
            format!("{}.{}", words.join("_"), dice.one(words::COMMON_EXTENSIONS))
        }
        "randomCommonFileType" => dice.one(&["application", "audio", "image", "text", "video"]).to_owned(),
        "randomCommonFileExt" => dice.one(words::COMMON_EXTENSIONS).to_owned(),
        "randomFilePath" => files::FilePath().fake_with_rng(dice),
        "randomDirectoryPath" => files::DirPath().fake_with_rng(dice),
        "randomMimeType" => files::MimeType().fake_with_rng(dice),
        _ => return None,
    })
}

fn language(wanted: &str, dice: &mut Dice<'_>) -> Option<String> {
    Some(match wanted {
        "randomNoun" => dice.one(words::NOUNS).to_owned(),
        "randomVerb" => dice.one(words::VERBS).to_owned(),
        "randomIngverb" => dice.one(words::ING_VERBS).to_owned(),
        "randomAdjective" => dice.one(words::ADJECTIVES).to_owned(),
        "randomAbbreviation" => dice.one(words::ABBREVIATIONS).to_owned(),
        "randomWord" => any_word(dice),
        "randomWords" => {
            let count = dice.number(2, 5);
            (0..count).map(|_| any_word(dice)).collect::<Vec<_>>().join(" ")
        }
        "randomPhrase" => format!(
            "You can't {} the {} without {} the {} {}!",
            dice.one(words::VERBS),
            dice.one(words::NOUNS),
            dice.one(words::ING_VERBS),
            dice.one(words::ADJECTIVES),
            dice.one(words::NOUNS)
        ),
        "randomLoremWord" => lorem::Word().fake_with_rng(dice),
        "randomLoremWords" => lorem::Words(3..4).fake_with_rng::<Vec<String>, _>(dice).join(" "),
        "randomLoremSentence" => lorem::Sentence(3..11).fake_with_rng(dice),
        "randomLoremSentences" => lorem::Sentences(2..7).fake_with_rng::<Vec<String>, _>(dice).join(" "),
        "randomLoremParagraph" => lorem::Paragraph(3..7).fake_with_rng(dice),
        "randomLoremParagraphs" => lorem::Paragraphs(3..4).fake_with_rng::<Vec<String>, _>(dice).join("\n"),
        "randomLoremText" => lorem::Sentences(2..7).fake_with_rng::<Vec<String>, _>(dice).join("\n"),
        "randomLoremSlug" => lorem::Words(3..4).fake_with_rng::<Vec<String>, _>(dice).join("-"),
        "randomLoremLines" => lorem::Sentences(1..6).fake_with_rng::<Vec<String>, _>(dice).join("\n"),
        _ => return None,
    })
}

fn any_word(dice: &mut Dice<'_>) -> String {
    let list = [words::NOUNS, words::VERBS, words::ADJECTIVES][dice.random_range(0..3_usize)];
    dice.one(list).to_owned()
}

/// Dates as JavaScript writes them.
fn date(wanted: &str, now: UnixMillis, dice: &mut Dice<'_>) -> Option<String> {
    let at = match wanted {
        "randomDateFuture" => now + dice.random_range(1_000..365 * DAY),
        "randomDatePast" => now - dice.random_range(1_000..365 * DAY),
        "randomDateRecent" => now - dice.random_range(0..DAY),
        "randomWeekday" => return Some(dice.one(words::WEEKDAYS).to_owned()),
        "randomMonth" => return Some(dice.one(words::MONTHS).to_owned()),
        _ => return None,
    };
    let format = format_description!(
        "[weekday repr:short] [month repr:short] [day] [year] [hour]:[minute]:[second] GMT+0000 (Coordinated Universal Time)"
    );
    OffsetDateTime::from_unix_timestamp(at.div_euclid(1000)).ok()?.format(format).ok()
}

fn plain(wanted: &str, dice: &mut Dice<'_>) -> Option<String> {
    Some(match wanted {
        "randomAlphaNumeric" => dice.letters("0123456789abcdefghijklmnopqrstuvwxyz", 1),
        "randomBoolean" => dice.one(&["true", "false"]).to_owned(),
        "randomInt" => dice.number(0, 1000).to_string(),
        "randomColor" => dice.one(words::COLOURS).to_owned(),
        "randomHexColor" => format!("#{}", dice.letters("0123456789abcdef", 6)),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use gatepass_oauth::testing::Counting;

    use super::*;

    /// Every name that Postman's documentation lists.
    const POSTMAN: &str = "randomAlphaNumeric randomBoolean randomInt randomColor randomHexColor randomAbbreviation \
        randomIP randomIPV6 randomMACAddress randomPassword randomLocale randomUserAgent randomProtocol randomSemver \
        randomFirstName randomLastName randomFullName randomNamePrefix randomNameSuffix randomJobArea \
        randomJobDescriptor randomJobTitle randomJobType randomPhoneNumber randomPhoneNumberExt randomCity \
        randomStreetName randomStreetAddress randomCountry randomCountryCode randomLatitude randomLongitude \
        randomAvatarImage randomImageUrl randomAbstractImage randomAnimalsImage randomBusinessImage randomCatsImage \
        randomCityImage randomFoodImage randomNightlifeImage randomFashionImage randomPeopleImage randomNatureImage \
        randomSportsImage randomTransportImage randomImageDataUri randomBankAccount randomBankAccountName \
        randomCreditCardMask randomBankAccountBic randomBankAccountIban randomTransactionType randomCurrencyCode \
        randomCurrencyName randomCurrencySymbol randomBitcoin randomCompanyName randomCompanySuffix randomBs \
        randomBsAdjective randomBsBuzz randomBsNoun randomCatchPhrase randomCatchPhraseAdjective \
        randomCatchPhraseDescriptor randomCatchPhraseNoun randomDatabaseColumn randomDatabaseType \
        randomDatabaseCollation randomDatabaseEngine randomDateFuture randomDatePast randomDateRecent randomWeekday \
        randomMonth randomDomainName randomDomainSuffix randomDomainWord randomEmail randomExampleEmail randomUserName \
        randomUrl randomFileName randomFileType randomFileExt randomCommonFileName randomCommonFileType \
        randomCommonFileExt randomFilePath randomDirectoryPath randomMimeType randomPrice randomProduct \
        randomProductAdjective randomProductMaterial randomProductName randomDepartment randomNoun randomVerb \
        randomIngverb randomAdjective randomWord randomWords randomPhrase randomLoremWord randomLoremWords \
        randomLoremSentence randomLoremSentences randomLoremParagraph randomLoremParagraphs randomLoremText \
        randomLoremSlug randomLoremLines";

    fn made_up(name: &str) -> String {
        value(name, 1_700_000_000_000, &Counting::default()).unwrap_or_else(|| panic!("{name} is not known"))
    }

    #[test]
    fn every_name_that_postman_documents_has_a_value() {
        for name in POSTMAN.split_whitespace() {
            assert!(!made_up(name).is_empty(), "{name}");
        }
        assert_eq!(value("randomUnheardOf", 0, &Counting::default()), None);
    }

    #[test]
    fn dates_lie_where_their_names_say() {
        assert!(made_up("randomDateFuture") != made_up("randomDatePast"));
        assert!(made_up("randomDatePast").ends_with("GMT+0000 (Coordinated Universal Time)"));
    }

    #[test]
    fn an_account_number_passes_its_own_check() {
        let iban = made_up("randomBankAccountIban");
        let turned = format!("{}1314{}", &iban[4..], &iban[2..4]);
        let rest = turned.bytes().fold(0_u32, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97);
        assert_eq!(rest, 1, "{iban}");
    }
}
