"""Signing in to a site with an account here, as Authlib does it.

The person in between has a browser without JavaScript: cookies, forms and links.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pytest
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata, get_well_known_url
from chatter import PASSWORD, Person, Server

CALLBACK = "https://site.example/callback"
IDENTITY = {"id", "sub", "nickname", "name", "avatar_url", "picture", "updated_at"}


@dataclass
class Form(HTMLParser):
    """The only form of a page: where it goes, what is in it, and its buttons by their text."""

    page: str
    action: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, tuple[str, str] | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()
        self.pressed: tuple[str, str] | None = None
        self.in_button = False
        self.feed(self.page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        assert tag != "script"
        if tag == "form":
            assert given["method"] == "post" and not self.action
            self.action = given["action"]
        elif tag == "input" and "name" in given:
            self.fields[given["name"]] = given.get("value", "")
        elif tag == "button":
            self.in_button = True
            self.pressed = (given["name"], given.get("value", "")) if "name" in given else None

    def handle_endtag(self, tag: str) -> None:
        self.in_button = self.in_button and tag != "button"

    def handle_data(self, data: str) -> None:
        if self.in_button:
            self.buttons[data.strip()] = self.pressed


class Browser:
    """Follows redirects while they stay on the server."""

    def __init__(self, server: Server) -> None:
        self.origin = server.url
        self.http = httpx.AsyncClient(base_url=server.url, headers={"accept": "text/html"})

    async def opens(self, url: str) -> str:
        return await self._follow(await self.http.get(url))

    async def submits(self, page: str, button: str, **typed: str) -> str:
        form = Form(page)
        assert set(typed) <= set(form.fields) and button in form.buttons, page
        pressed = form.buttons[button]
        filled = form.fields | typed | (dict([pressed]) if pressed else {})
        answer = await self.http.post(urljoin(self.origin, form.action), data=filled, headers={"origin": self.origin})
        return await self._follow(answer)

    async def _follow(self, answer: httpx.Response) -> str:
        """The page at the end of the way, or the address of another site."""
        while answer.has_redirect_location:
            url = urljoin(str(answer.url), answer.headers["location"])
            if not url.startswith(f"{self.origin}/"):
                return url
            answer = await self.http.get(url)
        return answer.text


@dataclass
class Site:
    """A site that was registered, and what it found out about the server."""

    app: int
    metadata: AuthorizationServerMetadata
    session: OAuth2Session

    @classmethod
    async def registers(cls, server: Server, developer: Person, **more: Any) -> "Site":
        wanted = {"kind": "oauth", "name": "Site", "redirectUris": [CALLBACK], **more}
        answer = await developer.http.post("/apps", json=wanted)
        assert answer.status_code == 201, answer.text
        registered = answer.json()
        async with httpx.AsyncClient() as http:
            metadata = AuthorizationServerMetadata((await http.get(get_well_known_url(server.url, external=True))).json())
        metadata.validate()
        assert metadata["issuer"] == server.url
        session = OAuth2Session(
            client_id=registered["app"]["clientId"],
            client_secret=registered.get("clientSecret"),
            scope="identify",
            redirect_uri=CALLBACK,
            code_challenge_method="S256",
            token_endpoint=metadata["token_endpoint"],
        )
        # Loopback only: whatever proxies there are do not matter.
        session.trust_env = False
        return cls(registered["app"]["id"], metadata, session)

    async def asks(self, browser: Browser, username: str) -> tuple[str, str]:
        """Sends somebody to the server, who signs in and agrees unless they did; where they were sent, and the proof."""
        verifier = generate_token(48)
        url, state = self.session.create_authorization_url(self.metadata["authorization_endpoint"], code_verifier=verifier)
        page = await browser.opens(url)
        back = await browser.submits(page, "Sign in", username=username, password=PASSWORD)
        if not back.startswith(CALLBACK):
            back = await browser.submits(back, "Allow")
        assert back.startswith(f"{CALLBACK}?"), back
        assert parse_qs(urlsplit(back).query)["state"] == [state]
        return back, verifier

    def redeems(self, back: str, verifier: str) -> Any:
        return self.session.fetch_token(authorization_response=back, code_verifier=verifier)

    def knows(self, token: Any) -> int:
        """The status of asking who that is."""
        self.session.token = token
        return self.session.get(self.metadata["userinfo_endpoint"]).status_code

    def introspects(self, token: str) -> Any:
        return self.session.introspect_token(self.metadata["introspection_endpoint"], token=token).json()


@pytest.mark.parametrize("client_type", ["confidential", "public"])
async def test_a_site_knows_who_signed_in_until_it_gives_the_tokens_back(server: Server, client_type: str) -> None:
    [developer, bob] = await server.people("developer", "bob")
    site = await Site.registers(server, developer, clientType=client_type)
    token = site.redeems(*await site.asks(Browser(server), "bob"))
    assert (token["token_type"].lower(), token["expires_in"], token["scope"]) == ("bearer", 3600, "identify")

    who = site.session.get(site.metadata["userinfo_endpoint"]).json()
    assert set(who) == IDENTITY
    assert "bob" in (who["name"], who["nickname"]) and who["sub"] == str(who["id"])
    # Identity only.
    assert site.session.get(f"{server.url}/servers").status_code == 403
    assert [grant["name"] for grant in (await bob.reads("/oauth/grants"))["grants"]] == ["Site"]

    fresh = dict(site.session.refresh_token(refresh_token=token["refresh_token"]))
    assert fresh["refresh_token"] != token["refresh_token"]
    with pytest.raises(OAuthError, match="invalid_grant"):
        site.session.refresh_token(refresh_token=token["refresh_token"])
    assert site.knows(fresh) == 200
    if client_type == "confidential":
        assert site.introspects(fresh["access_token"])["active"] is True
        assert site.introspects("chta_unknown") == {"active": False}

    revoked = site.session.revoke_token(site.metadata["revocation_endpoint"], token=fresh["refresh_token"])
    assert revoked.status_code == 200
    assert site.knows(fresh) == 401
    with pytest.raises(OAuthError, match="invalid_grant"):
        site.session.refresh_token(refresh_token=fresh["refresh_token"])
    if client_type == "confidential":
        assert site.introspects(fresh["access_token"]) == {"active": False}


async def test_a_code_is_good_once_and_all_that_came_of_it_ends_when_it_comes_again(server: Server) -> None:
    [developer, _] = await server.people("developer", "bob")
    site = await Site.registers(server, developer)
    back, verifier = await site.asks(Browser(server), "bob")
    token = dict(site.redeems(back, verifier))
    assert site.knows(token) == 200
    with pytest.raises(OAuthError, match="invalid_grant"):
        site.redeems(back, verifier)
    assert site.knows(token) == 401
    with pytest.raises(OAuthError, match="invalid_grant"):
        site.session.refresh_token(refresh_token=token["refresh_token"])


async def test_a_stolen_code_is_worth_nothing(server: Server) -> None:
    [developer, _] = await server.people("developer", "bob")
    site = await Site.registers(server, developer)
    back, _ = await site.asks(Browser(server), "bob")
    with pytest.raises(OAuthError, match="invalid_grant"):
        site.redeems(back, generate_token(48))
    thief = await Site.registers(server, developer)
    other, verifier = await site.asks(Browser(server), "bob")
    with pytest.raises(OAuthError, match="invalid_grant"):
        thief.redeems(other, verifier)
