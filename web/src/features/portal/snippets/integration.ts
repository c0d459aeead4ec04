import { phpQuoted, powershellQuoted, quoted, type Snippet, shellQuoted } from './model';

interface Access {
  /** The address of this Chatter, without a slash at the end. */
  base: string;
  server: number | string;
  user: number | string;
  token: string;
}

/** Changing a member: the call that needs most of an integration. */
export function integrationSnippets({ base, server, user, token }: Access): Snippet[] {
  const url = `${base}/servers/${server}/memberships/${user}`;
  const json = JSON.stringify({ nickname: 'VIP', timedOutUntil: null });
  const bearer = `Authorization: Bearer ${token}`;
  return [
    {
      id: 'curl',
      label: 'cURL',
      code: `# Read a member
curl --fail-with-body ${shellQuoted(url)} -H ${shellQuoted(bearer)}

# Change a member: what is not named stays as it is
curl --fail-with-body -X PATCH ${shellQuoted(url)} \\
  -H ${shellQuoted(bearer)} \\
  -H 'Content-Type: application/json' \\
  -d ${shellQuoted(json)}`,
    },
    {
      id: 'node',
      label: 'Node.js',
      code: `const response = await fetch(${quoted(url)}, {
  method: "PATCH",
  headers: {
    Authorization: ${quoted(`Bearer ${token}`)},
    "Content-Type": "application/json",
  },
  body: JSON.stringify({ nickname: "VIP", timedOutUntil: null }),
});
const answer = await response.json();
if (!answer.ok) throw new Error(\`\${answer.error}: \${answer.message}\`);
console.log(answer.membership);`,
    },
    {
      id: 'python',
      label: 'Python',
      code: `import requests

response = requests.patch(
    ${quoted(url)},
    headers={"Authorization": ${quoted(`Bearer ${token}`)}},
    json={"nickname": "VIP", "timedOutUntil": None},
    timeout=10,
)
response.raise_for_status()
print(response.json()["membership"])`,
    },
    {
      id: 'go',
      label: 'Go',
      code: `package main

import (
	"fmt"
	"log"
	"net/http"
	"strings"
)

func main() {
	body := strings.NewReader(\`${json}\`)
	request, err := http.NewRequest(http.MethodPatch, ${quoted(url)}, body)
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Authorization", ${quoted(`Bearer ${token}`)})
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	fmt.Println(response.Status)
}`,
    },
    {
      id: 'php',
      label: 'PHP',
      code: `<?php
$request = curl_init(${phpQuoted(url)});
curl_setopt_array($request, [
    CURLOPT_CUSTOMREQUEST => "PATCH",
    CURLOPT_HTTPHEADER => [
        ${phpQuoted(bearer)},
        "Content-Type: application/json",
    ],
    CURLOPT_POSTFIELDS => ${phpQuoted(json)},
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_TIMEOUT => 10,
]);
$answer = json_decode(curl_exec($request), true);
print_r($answer["membership"] ?? $answer);`,
    },
    {
      id: 'powershell',
      label: 'PowerShell',
      code: `Invoke-RestMethod -Method Patch -Uri ${powershellQuoted(url)} \`
  -Headers @{ Authorization = ${powershellQuoted(`Bearer ${token}`)} } \`
  -ContentType 'application/json; charset=utf-8' \`
  -Body ${powershellQuoted(json)}`,
    },
    {
      id: 'actions',
      label: 'GitHub Actions',
      code: `# Save the token as the repository secret CHATTER_TOKEN.
- name: Change a member
  env:
    CHATTER_TOKEN: \${{ secrets.CHATTER_TOKEN }}
  run: |
    curl --fail-with-body -sS -X PATCH ${shellQuoted(url)} \\
      -H "Authorization: Bearer $CHATTER_TOKEN" \\
      -H 'Content-Type: application/json' \\
      -d ${shellQuoted(json)}`,
    },
  ];
}
