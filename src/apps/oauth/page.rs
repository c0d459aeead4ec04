//! The pages that people see on their way: they are asked, they sign in, or they are told what is
//! wrong. Plain forms, without JavaScript; templates escape everything that is put into them.

use maud::{Markup, html};

use super::{
    authorize::{Destination, Request},
    client::Card,
    error::OAuthError,
    scope::{Scope, Scopes},
};

/// A page: its title and what is below it.
#[derive(Debug)]
pub struct Page {
    /// Its title and heading.
    pub title: String,
    /// What is below the heading.
    pub body: Markup,
}

/// Who is asked.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    /// The name that they sign in with.
    pub username: &'a str,
}

/// The question whether an app may know who somebody is.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// What the app asks for.
    pub request: &'a Request,
    /// What is known of the app.
    pub card: &'a Card,
    /// The name of whose app it is.
    pub owner: &'a str,
    /// Whether it is the developer portal: the person is shown a code, which they take to a tool.
    pub is_portal: bool,
    /// Who is asked.
    pub person: Person<'a>,
    /// Proof that it was asked: see [`super::csrf`].
    pub csrf: &'a str,
}

/// The page that asks whether an app may know who somebody is.
pub fn consent(question: &Question<'_>) -> Page {
    let Question { request, card, .. } = question;
    let body = html! {
        (app(card, question.owner))
        (asked_for(question))
        @if !card.description.is_empty() { p.quote { (card.description) } }
        @if question.is_portal {
            p role="alert" {
                "Only go on if you have just started such a tool yourself. You will be shown a code \
                 for it: whoever has the code can do all of this as you."
            }
        } @else {
            p.small { "You will be sent to " strong { (request.destination.host()) } "." }
        }
        form method="post" action=(super::AUTHORIZE) {
            @for (name, value) in request.params() {
                input type="hidden" name=(name) value=(value);
            }
            input type="hidden" name="csrf" value=(question.csrf);
            // What pops up under a finger that is already on its way is not agreed to.
            button.armed name="decision" value="allow" { "Allow" }
            button.quiet name="decision" value="deny" { "Cancel" }
        }
        p.small {
            "Signed in as " strong { (question.person.username) } ". "
            a href=(request.as_somebody_else().path()) { "Switch account" }
        }
        @if card.homepage.is_some() || card.privacy_url.is_some() {
            p.small {
                @if let Some(homepage) = &card.homepage { (outside(homepage, "Website")) }
                @if card.homepage.is_some() && card.privacy_url.is_some() { " · " }
                @if let Some(privacy) = &card.privacy_url { (outside(privacy, "Privacy policy")) }
            }
        }
    };
    let title = if question.is_portal {
        "Let a tool in?".to_owned()
    } else {
        format!("Sign in to {}?", card.name)
    };
    Page { title, body }
}

/// What is asked for, and what is not.
fn asked_for(Question { request, card, .. }: &Question<'_>) -> Markup {
    let is_identity = request.scopes.is_within(Scopes::IDENTITY);
    html! {
        @if is_identity {
            p { strong { (card.name) } " asks to know who you are:" }
        } @else {
            p { "A tool asks the " strong { (card.name) } " to let it in as you:" }
        }
        ul.facts {
            @for scope in request.scopes.iter() { li.yes { (words(scope)) } }
            @if is_identity {
                li.no { "Not your e-mail address, your messages or your servers" }
            } @else {
                li.no { "Not your password, your e-mail address or your messages" }
            }
        }
    }
}

/// The form that somebody signs in with before they are asked. `cancel` is where they go if they
/// would rather not.
pub fn sign_in(request: &Request, card: &Card, owner: &str, cancel: &str) -> Page {
    let back = request.after_sign_in().path();
    let action = super::redirect::with_params("/login", &[("redirect", &back)]);
    let body = html! {
        (app(card, owner))
        p { "Sign in with your account here to continue to " strong { (card.name) } "." }
        form method="post" action=(action) {
            label {
                "Username"
                input name="username" autocomplete="username" required
                    autocapitalize="none" spellcheck="false" value=[request.login_hint.as_deref()];
            }
            label {
                "Password"
                input name="password" type="password" autocomplete="current-password" required;
            }
            button { "Sign in" }
        }
        a.button.quiet href=(cancel) { "Cancel" }
        p.small { a href="/register" { "Make an account" } }
    };
    Page {
        title: "Sign in".to_owned(),
        body,
    }
}

/// The page for what cannot be told to the app, since nobody knows that it is the app.
pub fn error(error: &OAuthError) -> Page {
    let body = html! {
        p role="alert" { "The site that sent you here made a mistake: " (error.description()) "." }
        p.small { "Nothing was shared. Go back to the site, or tell whoever runs it." }
        p.small { "Error: " code { (error.code().as_str()) } }
        a.button.quiet href="/" { "Go to the chat" }
    };
    Page {
        title: "This link does not work".to_owned(),
        body,
    }
}

/// The page for a mistake of an app that this person has never allowed anything: where it wants them
/// to be sent is theirs to follow. `back` is the way there.
pub fn error_of(error: &OAuthError, card: &Card, (to, back): (&Destination, &str)) -> Page {
    let body = html! {
        p role="alert" { strong { (card.name) } " made a mistake: " (error.description()) "." }
        p.small { "Nothing was shared. Error: " code { (error.code().as_str()) } }
        a.button.quiet href=(back) rel="noreferrer" { "Go on to " (to.host()) }
        a.button.quiet href="/" { "Go to the chat" }
    };
    Page {
        title: "This link does not work".to_owned(),
        body,
    }
}

/// The page for something that went wrong here: `text` says what.
pub fn failure(text: &str) -> Page {
    Page {
        title: "This did not work".to_owned(),
        body: html! {
            p role="alert" { (text) }
            a.button.quiet href="/" { "Go to the chat" }
        },
    }
}

fn app(card: &Card, owner: &str) -> Markup {
    let initial: String = card
        .name
        .chars()
        .take(1)
        .flat_map(char::to_uppercase)
        .collect();
    html! {
        div.app {
            span.mark aria-hidden="true" { (initial) }
            div { strong { (card.name) } br; span.small { "by " (owner) } }
        }
    }
}

fn outside(href: &str, text: &str) -> Markup {
    html! { a href=(href) target="_blank" rel="noopener noreferrer" { (text) } }
}

/// What a scope gives away, in words.
const fn words(scope: Scope) -> &'static str {
    match scope {
        Scope::Identify => "Your ID, nickname, name and avatar",
        Scope::AppsRead => "The apps that you manage, and what came in from them",
        Scope::AppsWrite => {
            "Making, changing and deleting apps wherever you may, with new URLs, tokens and secrets"
        }
        Scope::ServersRead => "The servers that you are in, with their channels and roles",
    }
}

#[cfg(test)]
mod tests {
    use entity::oauth_client::ClientType;

    use super::{Person, Question, consent, error, sign_in};
    use crate::apps::oauth::{
        authorize::Request, client::Client, error::OAuthError, params::Params,
    };

    const EVIL: &str = "<b onclick=\"x\">&'Evil";

    fn client() -> Client {
        let mut client = Client::example(ClientType::Confidential, &["https://a.example/cb?x=1"]);
        client.card.name = EVIL.to_owned();
        client.card.description = EVIL.to_owned();
        client
    }

    fn request() -> Request {
        let query = serde_urlencoded::to_string([
            ("response_type", "code"),
            ("state", EVIL),
            ("login_hint", EVIL),
        ]);
        let params = Params::parse(query.expect("a query").as_bytes()).expect("params");
        Request::read(&params, &client()).expect("a request")
    }

    #[test]
    fn a_person_reads_who_asks_for_what_and_where_they_go() {
        let (request, client) = (request(), client());
        let page = consent(&Question {
            request: &request,
            card: &client.card,
            owner: "bob",
            is_portal: false,
            person: Person { username: "alice" },
            csrf: "token",
        });

        let body = page.body.into_string();
        for part in [
            "by bob",
            "Your ID, nickname, name and avatar",
            "Not your e-mail address, your messages or your servers",
            "You will be sent to <strong>a.example</strong>",
            "Signed in as <strong>alice</strong>",
            "name=\"csrf\" value=\"token\"",
            "name=\"decision\" value=\"allow\"",
            "name=\"decision\" value=\"deny\"",
            "method=\"post\" action=\"/oauth/authorize\"",
        ] {
            assert!(body.contains(part), "{part}: {body}");
        }
        assert!(!body.contains("<b ") && !body.contains("<script"), "{body}");
        assert!(!body.contains("\"x\""), "{body}");
    }

    #[test]
    fn whoever_lets_a_tool_in_reads_what_it_may_and_is_warned() {
        let mut client = Client::example(ClientType::Public, &["https://a.example/cb"]);
        client.first_party = true;
        let query = "response_type=code&scope=apps:read+apps:write+servers:read\
                     &code_challenge_method=S256\
                     &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        let params = Params::parse(query.as_bytes()).expect("params");
        let page = consent(&Question {
            request: &Request::read(&params, &client).expect("a request"),
            card: &client.card,
            owner: "System",
            is_portal: true,
            person: Person { username: "alice" },
            csrf: "token",
        });
        let body = page.body.into_string();
        for part in [
            "The apps that you manage",
            "Making, changing and deleting apps",
            "The servers that you are in",
            "Not your password, your e-mail address or your messages",
            "Only go on if you have just started such a tool yourself",
        ] {
            assert!(body.contains(part), "{part}: {body}");
        }
        for part in [
            "or your servers",
            "Your ID, nickname",
            "You will be sent to",
        ] {
            assert!(!body.contains(part), "{part}: {body}");
        }
    }

    #[test]
    fn signing_in_returns_to_the_request() {
        let (request, client) = (request(), client());
        let page = sign_in(
            &request,
            &client.card,
            "bob",
            "https://a.example/?error=access_denied",
        );

        let body = page.body.into_string();
        assert!(
            body.contains("action=\"/login?redirect=%2Foauth%2Fauthorize%3F"),
            "{body}"
        );
        assert!(
            body.contains("value=\"&lt;b onclick=&quot;x&quot;&gt;"),
            "{body}"
        );
        assert!(body.contains("href=\"https://a.example/?error=access_denied\""));
        assert!(!body.contains("<b "), "{body}");
    }

    #[test]
    fn a_mistake_is_told_to_the_person() {
        let page = error(&OAuthError::invalid_request("no such <app>"));
        let body = page.body.into_string();
        assert!(body.contains("no such &lt;app&gt;") && body.contains("invalid_request"));
    }
}
