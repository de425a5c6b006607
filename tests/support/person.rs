//! Somebody with a browser, played over plain HTTP: signs in, consents or refuses, and brings the answer to the
//! client's redirect URI.
//!
//! It understands what our two providers show: redirects, a form with a password field, a form with buttons, and a
//! form that posts itself to the client (`form_post`); and it hands a fragment over as the client's page would. A real browser is played by [`crate::chromium`].

use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response, redirect::Policy};
use url::Url;

mod forms;

use forms::Form;

/// Pages that one sign-in may take before it counts as lost.
const MOST_STEPS: usize = 25;

/// Who signs in, and whether they agree.
#[derive(Clone, Debug)]
pub struct Person {
    pub username: String,
    pub password: String,
    /// Refuses instead of signing in.
    pub refuses: bool,
}

/// How a sign-in ended at the client.
#[derive(Clone, Debug)]
pub struct Landing {
    /// The redirect URI with the authorization response.
    pub redirect: Url,
    /// What the client answered to it.
    pub status: u16,
    /// The page that the client showed.
    pub page: String,
}

/// Where a page sends the browser next.
enum Next {
    Get(Url),
    Post(Url, Vec<(String, String)>),
}

impl Person {
    /// A person known to the providers: their password is their name.
    pub fn named(username: &str) -> Self {
        Self { username: username.to_owned(), password: username.to_owned(), refuses: false }
    }

    /// The same person in another mood: cancels at the first page that allows it.
    pub fn who_refuses(self) -> Self {
        Self { refuses: true, ..self }
    }

    /// Opens an authorization URL and goes on until the client has its answer.
    ///
    /// # Errors
    /// What went wrong, as a sentence: the provider showed an error, the password was refused, or the client's
    /// redirect URI was not there.
    pub async fn sign_in(&self, authorization_url: &Url) -> Result<Landing, String> {
        let browser = new_browser()?;
        let answer = self.walk(&browser, authorization_url).await?;
        deliver(&browser, answer).await
    }

    /// The same, but stops before the client is told: returns the URL that the browser would open next, as a person
    /// copies it out of the address bar.
    ///
    /// # Errors
    /// As for [`Person::sign_in`].
    pub async fn callback_url(&self, authorization_url: &Url) -> Result<Url, String> {
        let answer = self.walk(&new_browser()?, authorization_url).await?;
        Ok(answer.url().clone())
    }

    async fn walk(&self, browser: &Client, authorization_url: &Url) -> Result<Next, String> {
        let client = ClientSide::of(authorization_url);
        let mut next = Next::Get(authorization_url.clone());
        let mut signed_in = false;
        for _ in 0..MOST_STEPS {
            if client.owns(next.url()) {
                return Ok(next);
            }
            let here = next.url().clone();
            let answer = send(next.request(browser)).await?;
            next = match location(&here, &answer) {
                Some(target) => Next::Get(target),
                None => self.read(&here, answer, &mut signed_in).await?,
            };
        }
        Err(format!("gave up after {MOST_STEPS} pages"))
    }

    /// Decides what to do on a page.
    async fn read(&self, here: &Url, answer: Response, signed_in: &mut bool) -> Result<Next, String> {
        let status = answer.status();
        let page = answer.text().await.map_err(|error| format!("cannot read {here}: {error}"))?;
        let mut forms = forms::in_page(&page);
        if !self.refuses
            && let Some(form) = forms.iter_mut().find(|form| form.asks_for_password())
        {
            if std::mem::replace(signed_in, true) {
                return Err(format!("{} was not let in: {}", self.username, forms::text(&page)));
            }
            form.fill(&self.username, &self.password);
        }
        let pressed = |form: &Form| if self.refuses { form.refuse() } else { form.go_on() };
        let (form, fields) = forms.iter().find_map(|form| Some((form, pressed(form)?))).ok_or_else(|| {
            format!("{here} answered {status} with a page that leads nowhere: {}", forms::text(&page))
        })?;
        let action = here.join(&form.action).map_err(|error| format!("{}: {error}", form.action))?;
        Ok(if form.posts { Next::Post(action, fields) } else { Next::Get(with_query(action, &fields)) })
    }
}

impl Next {
    fn url(&self) -> &Url {
        match self {
            Self::Get(url) | Self::Post(url, _) => url,
        }
    }

    fn request(self, browser: &Client) -> RequestBuilder {
        match self {
            Self::Get(url) => browser.get(url),
            Self::Post(url, fields) => browser.post(url).form(&fields),
        }
    }
}

/// What belongs to the client rather than to the provider.
struct ClientSide {
    redirect_uri: Option<Url>,
    provider: url::Origin,
}

impl ClientSide {
    fn of(authorization_url: &Url) -> Self {
        let stated = authorization_url.query_pairs().find(|(name, _)| name == "redirect_uri");
        Self {
            redirect_uri: stated.and_then(|(_, value)| Url::parse(&value).ok()),
            provider: authorization_url.origin(),
        }
    }

    fn owns(&self, url: &Url) -> bool {
        match &self.redirect_uri {
            Some(uri) => {
                uri.scheme() == url.scheme()
                    && uri.host() == url.host()
                    && uri.port_or_known_default() == url.port_or_known_default()
                    && uri.path() == url.path()
            }
            // A pushed request does not show it: then anything outside the provider is the client's.
            None => url.origin() != self.provider,
        }
    }
}

fn new_browser() -> Result<Client, String> {
    let builder = Client::builder().cookie_store(true).redirect(Policy::none()).no_proxy();
    builder.timeout(Duration::from_secs(30)).build().map_err(|error| format!("no HTTP client: {error}"))
}

async fn send(request: RequestBuilder) -> Result<Response, String> {
    request.header("accept", "text/html").send().await.map_err(|error| format!("no answer: {error:?}"))
}

async fn deliver(browser: &Client, next: Next) -> Result<Landing, String> {
    let redirect = next.url().clone();
    let answer = send(next.request(browser))
        .await
        .map_err(|error| format!("nobody listens at {redirect}: {error}"))?;
    let landing = landed(redirect, answer).await;
    match landing.redirect.fragment() {
        Some(answer) if landing.page.contains("<script") => {
            hand_over(browser, &landing.redirect, answer).await
        }
        _ => Ok(landing),
    }
}

/// What the script in the client's page does: browsers keep the fragment to themselves, so it is sent on by hand.
async fn hand_over(browser: &Client, redirect: &Url, answer: &str) -> Result<Landing, String> {
    let mut page = redirect.clone();
    page.set_fragment(None);
    let request = browser
        .post(page.clone())
        .header("origin", page.origin().ascii_serialization())
        .header("content-type", "application/x-www-form-urlencoded")
        .body(answer.to_owned());
    let answer = send(request).await.map_err(|error| format!("the page cannot hand over: {error}"))?;
    Ok(landed(redirect.clone(), answer).await)
}

async fn landed(redirect: Url, answer: Response) -> Landing {
    let status = answer.status().as_u16();
    Landing { redirect, status, page: answer.text().await.unwrap_or_default() }
}

fn location(here: &Url, answer: &Response) -> Option<Url> {
    let target = answer.headers().get("location").filter(|_| answer.status().is_redirection())?;
    here.join(target.to_str().ok()?).ok()
}

fn with_query(mut url: Url, fields: &[(String, String)]) -> Url {
    url.query_pairs_mut().clear().extend_pairs(fields);
    url
}
