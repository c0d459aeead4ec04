import { phpQuoted, quoted, type Snippet, shellQuoted } from './model';

interface Client {
  base: string;
  clientId: string;
  redirectUri: string;
  /** Null for a public client, which has none. */
  secret: string | null;
}

/** Sending somebody to sign in. `state` and `challenge` are new for each sign-in. */
export function authorizeUrl(
  { base, clientId, redirectUri }: Client,
  state: string,
  challenge: string | null,
): string {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: 'identify',
    state,
  });
  if (challenge !== null) {
    query.set('code_challenge', challenge);
    query.set('code_challenge_method', 'S256');
  }
  return `${base}/oauth/authorize?${query}`;
}

export function oauthSnippets(client: Client): Snippet[] {
  const { base, clientId, redirectUri, secret } = client;
  const token = `${base}/oauth/token`;
  const userinfo = `${base}/oauth/userinfo`;
  const fields: [string, string][] = [
    ['grant_type', 'authorization_code'],
    ['code', 'CODE'],
    ['redirect_uri', redirectUri],
    ['code_verifier', 'CODE_VERIFIER'],
    ['client_id', clientId],
    ...(secret === null ? [] : ([['client_secret', secret]] as [string, string][])),
  ];
  const lines = (line: (name: string, value: string) => string, between: string) =>
    fields.map(([name, value]) => line(name, value)).join(between);
  return [
    {
      id: 'curl',
      label: 'cURL',
      code: `# 1. Send the person to (STATE and CODE_CHALLENGE are new each time):
# ${authorizeUrl(client, 'STATE', 'CODE_CHALLENGE')}

# 2. They come back with ?code=...&state=...: check the state, then exchange the code.
curl --fail-with-body -X POST ${shellQuoted(token)} \\
${lines((name, value) => `  --data-urlencode ${shellQuoted(`${name}=${value}`)}`, ' \\\n')}

# 3. Ask who it is.
curl --fail-with-body ${shellQuoted(userinfo)} -H 'Authorization: Bearer ACCESS_TOKEN'`,
    },
    {
      id: 'node',
      label: 'Node.js',
      code: `const answer = await fetch(${quoted(token)}, {
  method: "POST",
  body: new URLSearchParams({
${lines((name, value) => `    ${name}: ${variable(name) ?? quoted(value)},`, '\n')}
  }),
});
const { access_token: accessToken, error } = await answer.json();
if (error) throw new Error(error);
const person = await fetch(${quoted(userinfo)}, {
  headers: { Authorization: \`Bearer \${accessToken}\` },
}).then((response) => response.json());
console.log(person.id, person.name);`,
    },
    {
      id: 'python',
      label: 'Python',
      code: `import requests

answer = requests.post(
    ${quoted(token)},
    data={
${lines((name, value) => `        ${quoted(name)}: ${variable(name) ?? quoted(value)},`, '\n')}
    },
    timeout=10,
)
answer.raise_for_status()
person = requests.get(
    ${quoted(userinfo)},
    headers={"Authorization": f"Bearer {answer.json()['access_token']}"},
    timeout=10,
).json()
print(person["id"], person["name"])`,
    },
    {
      id: 'go',
      label: 'Go',
      code: `answer, err := http.PostForm(${quoted(token)}, url.Values{
${lines((name, value) => `	${quoted(name)}: {${variable(name) ?? quoted(value)}},`, '\n')}
})
if err != nil {
	return err
}
defer answer.Body.Close()
var token struct {
	AccessToken string \`json:"access_token"\`
	Error       string \`json:"error"\`
}
if err := json.NewDecoder(answer.Body).Decode(&token); err != nil {
	return err
}`,
    },
    {
      id: 'php',
      label: 'PHP',
      code: `<?php
$request = curl_init(${phpQuoted(token)});
curl_setopt_array($request, [
    CURLOPT_POST => true,
    CURLOPT_POSTFIELDS => http_build_query([
${lines((name, value) => `        ${phpQuoted(name)} => ${name === 'code' ? '$_GET["code"]' : name === 'code_verifier' ? '$_SESSION["verifier"]' : phpQuoted(value)},`, '\n')}
    ]),
    CURLOPT_RETURNTRANSFER => true,
]);
$token = json_decode(curl_exec($request), true)["access_token"];`,
    },
  ];
}

/** What is another one for each sign-in is a variable of the program it is pasted into. */
function variable(name: string): string | null {
  if (name === 'code') return 'code';
  return name === 'code_verifier' ? 'verifier' : null;
}
